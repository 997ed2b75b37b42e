import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromDetached, parseCompact, toDetached } from './compact.js';
import { CryptoError } from './errors.js';
import { encodeBase64url } from './base64url.js';

const registered = (header: string) => (header === '{"alg":"X"}' ? { signatureBytes: 4 } : undefined);
const faultOf = (jws: string): unknown => {
  const result = parseCompact(jws, registered);
  return typeof result === 'string' ? result : undefined;
};
const codeOf = (convert: () => unknown): unknown => {
  try {
    return convert();
  } catch (error) {
    return error instanceof CryptoError ? error.code : error;
  }
};

const header = encodeBase64url(Buffer.from('{"alg":"X"}'));
const payload = encodeBase64url(Buffer.from('Test'));
const signature = encodeBase64url(Buffer.from([1, 2, 3, 4]));

describe('the strict form of a compact JWS', () => {
  it('gives the parts and what the signature is over', () => {
    expect(parseCompact(`${header}.${payload}.${signature}`, registered)).toEqual({
      header: { signatureBytes: 4 },
      payload: new Uint8Array(Buffer.from('Test')),
      signature: new Uint8Array([1, 2, 3, 4]),
      signingInput: Buffer.from(`${header}.${payload}`),
    });
  });

  const dots = 'not three parts with two dots between them';
  const notStrict = (part: string): string => `the ${part} is not strict base64url`;

  it.each([
    ['nothing', '', dots],
    ['one dot', `${header}.${payload}`, dots],
    ['three dots', `${header}.${payload}.${signature}.`, dots],
    ['four parts', `${header}.${payload}.${signature}.${signature}`, dots],
    ['JSON serialization', `{"payload":"${payload}"}`, dots],
    ['a space before the header', ` ${header}.${payload}.${signature}`, notStrict('header')],
    ['a space after the header', `${header} .${payload}.${signature}`, notStrict('header')],
    [
      'a question mark in the header',
      `${header.slice(0, -1)}?${header.at(-1)}.${payload}.${signature}`,
      notStrict('header'),
    ],
    ['spaces before the payload', `${header}.    ${payload}.${signature}`, notStrict('payload')],
    ['padding of the payload', `${header}.${payload}==.${signature}`, notStrict('payload')],
    ['unused bits in the payload', `${header}.VGVzdB.${signature}`, notStrict('payload')],
    ['a payload of one character', `${header}.V.${signature}`, notStrict('payload')],
    ['characters of base64, not base64url', `${header}.a+b/.${signature}`, notStrict('payload')],
    ['a letter beyond ASCII', `${header}.VGVzdé.${signature}`, notStrict('payload')],
    ['a line feed at the end', `${header}.${payload}.${signature}\n`, notStrict('signature')],
    ['spaces before the signature', `${header}.${payload}.    ${signature}`, notStrict('signature')],
    ['padding of the signature', `${header}.${payload}.${signature}==`, notStrict('signature')],
    ['unused bits in the signature', `${header}.${payload}.AQIDBB`, notStrict('signature')],
    ['an empty header', `.${payload}.${signature}`, 'the header is not a registered one'],
    ['a header that is not registered', `${payload}.${payload}.${signature}`, 'the header is not a registered one'],
    ['no signature', `${header}.${payload}.`, 'the signature has not 4 bytes'],
    ['a signature that is too long', `${header}.${payload}.AQIDBAU`, 'the signature has not 4 bytes'],
  ])('refuses %s', (_, jws, fault) => {
    expect(faultOf(jws)).toBe(fault);
  });
});

describe('compact and detached', () => {
  it('leave the payload out and put it back, RFC 7515 appendix F', () => {
    const jws = `${header}.${payload}.${signature}`;
    const { payload: bytes, detached } = toDetached(jws);
    expect(detached).toBe(`${header}..${signature}`);
    expect(Buffer.from(bytes).toString()).toBe('Test');
    expect(fromDetached(bytes, detached)).toBe(jws);
  });

  it('convert byte for byte, both ways, whatever the payload', () => {
    const part = fc.uint8Array({ minLength: 1, maxLength: 90 }).map(encodeBase64url);
    fc.assert(
      fc.property(part, fc.uint8Array({ maxLength: 300 }), part, (first, bytes, last) => {
        const compact = fromDetached(bytes, `${first}..${last}`);
        expect(compact).toBe(`${first}.${encodeBase64url(bytes)}.${last}`);
        const back = toDetached(compact);
        expect(back.detached).toBe(`${first}..${last}`);
        expect([...back.payload]).toEqual([...bytes]);
        expect(fromDetached(back.payload, back.detached)).toBe(compact);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['', '.', '..', 'a..', '..b', 'a.b', 'a.b.c', 'a...b', 'a..b.', 'a..b.c', '.a..b'])(
    '%p is not a detached JWS',
    (detached) => {
      expect(codeOf(() => fromDetached(new Uint8Array(1), detached))).toBe('JWS_INVALID');
    },
  );

  it.each([
    '',
    'a.b',
    `${header}.VGVzdB.${signature}`,
    `${header}.${payload}.`,
    `.${payload}.${signature}`,
    'AA.AA.AA.AA',
  ])('%p is not a compact JWS that could be converted back', (jws) => {
    expect(codeOf(() => toDetached(jws))).toBe('JWS_INVALID');
  });
});
