import { describe, expect, it, jest } from '@jest/globals';
import { encodeBase64url } from './base64url.js';
import { canonicalJson } from './canonical-json.js';
import { fromDetached, toDetached } from './compact.js';
import { MAX_EVENT_BYTES, openDetached, openEvent, signEvent, verifySignature } from './envelope.js';
import { CryptoError } from './errors.js';
import { sampleEvent, signRaw, twoNodes, validFrom } from './testing/event-fixtures.js';
import { generateKeyPair, signerFromJwk } from './keys.js';

const { privateJwk, signer, impostor, trust } = twoNodes();
const signed = signEvent(sampleEvent, signer);

const verdict = (jws: string | Uint8Array, list = trust): string => {
  const opened = openEvent(jws, list);
  return opened.ok ? 'ok' : opened.check;
};
const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof CryptoError ? error.code : error;
  }
};

describe('a signed event', () => {
  it('is a compact JWS over the canonical event, with the one header of its key', () => {
    const [header, payload, signature] = signed.split('.').map((part) => Buffer.from(part, 'base64url'));
    expect(header!.toString()).toBe('{"alg":"EdDSA","kid":"32/1","typ":"hub-event+jws"}');
    expect(payload!.toString()).toBe(canonicalJson(sampleEvent));
    expect(signature).toHaveLength(64);
  });

  it('opens, as text and as bytes, to who signed it and what was signed', () => {
    const opened = {
      ok: true,
      kid: '32/1',
      node: '32',
      jws: signed,
      payload: canonicalJson(sampleEvent),
      event: sampleEvent,
    };
    expect(openEvent(signed, trust)).toEqual(opened);
    expect(openEvent(Buffer.from(signed), trust)).toEqual(opened);
  });

  it('opens from payload and detached signature just as well, and to the same compact text', () => {
    const { payload, detached } = toDetached(signed);
    expect(fromDetached(payload, detached)).toBe(signed);
    expect(openDetached(payload, detached, trust)).toEqual(openEvent(signed, trust));
  });

  it('has the same bytes whenever it is signed: Ed25519 needs no chance', () => {
    expect(signEvent({ ...sampleEvent }, signer)).toBe(signed);
  });

  it('verifies with the public key alone', () => {
    const { publicJwk } = trust.nodes[0]!.eventKeys[0]!;
    expect(verifySignature(signed, publicJwk)).toBe(true);
    expect(verifySignature(Buffer.from(signed), publicJwk)).toBe(true);
    expect(verifySignature(signed, generateKeyPair().publicJwk)).toBe(false);
    expect(verifySignature(`${signed} `, publicJwk)).toBe(false);
  });
});

describe('signEvent refuses what every peer would refuse', () => {
  it.each([
    ['another node as source', { ...sampleEvent, source: 'urn:delta-hub:node:31' }, 'EVENT_INVALID'],
    ['no id', { ...sampleEvent, id: '' }, 'EVENT_INVALID'],
    ['a time without milliseconds', { ...sampleEvent, time: '2026-03-02T01:15:00Z' }, 'EVENT_INVALID'],
    ['another version of CloudEvents', { ...sampleEvent, specversion: '0.3' }, 'EVENT_INVALID'],
    ['a list', [sampleEvent], 'EVENT_INVALID'],
    ['a number that is not finite', { ...sampleEvent, data: NaN }, 'NOT_CANONICALISABLE'],
    ['too much', { ...sampleEvent, data: 'x'.repeat(49_000) }, 'EVENT_TOO_LARGE'],
  ])('%s', (_, event, code) => {
    expect(codeOf(() => signEvent(event, signer))).toBe(code);
  });

  it('a signer without a key id of a node', () => {
    expect(codeOf(() => signEvent(sampleEvent, signerFromJwk(privateJwk, 'delta-hub.cn/ledger/32')))).toBe(
      'EVENT_INVALID',
    );
  });

  it('and signs up to the limit', () => {
    const fill = (length: number): object => ({ ...sampleEvent, data: 'x'.repeat(length) });
    const space = MAX_EVENT_BYTES - signEvent(fill(0), signer).length;
    const longest = Math.floor((space * 3) / 4);
    expect(verdict(signEvent(fill(longest), signer))).toBe('ok');
    expect(codeOf(() => signEvent(fill(longest + 1), signer))).toBe('EVENT_TOO_LARGE');
  });
});

/** How one check is made to fail: the header, the payload, who signs it, and what is done to the text afterwards. */
interface Break {
  readonly header?: string;
  readonly payload?: (json: string) => string;
  readonly by?: typeof signer;
  readonly text?: (jws: string) => string;
  readonly trust?: typeof trust;
}

const broken = (...breaks: readonly Break[]): string => {
  const { header, by = signer } = Object.assign({}, ...breaks) as Break;
  const payload = breaks.reduce((json, { payload: change }) => change?.(json) ?? json, canonicalJson(sampleEvent));
  const jws = signRaw(payload, by, header);
  return breaks.reduce((text, { text: change }) => change?.(text) ?? text, jws);
};

describe('openEvent makes its checks in one order', () => {
  const breaks: readonly (readonly [name: string, check: string, how: Break])[] = [
    ['too long', 'SIZE', { text: (jws) => `${jws}${' '.repeat(MAX_EVENT_BYTES)}` }],
    ['not strict base64url', 'FORM', { text: (jws) => jws.replace(/$/, '=') }],
    ['an unknown key id', 'KEY', { header: '{"alg":"EdDSA","kid":"32/2","typ":"hub-event+jws"}' }],
    ['another key under the same id', 'SIGNATURE', { by: impostor }],
    ['members out of order', 'CANONICAL', { payload: (json) => `{"z":0,${json.slice(1)}` }],
    ['another node as source', 'KEY', { payload: (json) => json.replace('node:32', 'node:31') }],
  ];

  it.each(breaks)('%s: %s', (_, check, how) => {
    expect(verdict(broken(how))).toBe(check);
  });

  const pairs = breaks.flatMap((first, index) => breaks.slice(index + 1).map((second) => [first, second] as const));

  it.each(pairs.map(([first, second]) => [first[0], second[0], first[1], first[2], second[2]] as const))(
    '%s and %s: reports %s, the first',
    (_first, _second, check, one, other) => {
      expect(verdict(broken(one, other))).toBe(check);
    },
  );

  it('verifies before it parses: nothing is parsed until the signature is good', () => {
    const parse = jest.spyOn(JSON, 'parse');
    const parsesFor = (jws: string): number => {
      parse.mockClear();
      openEvent(jws, trust);
      return parse.mock.calls.length;
    };
    const counts = breaks.map(([name, , how]) => [name, parsesFor(broken(how))]);
    parse.mockRestore();
    expect(counts).toEqual([
      ['too long', 0],
      ['not strict base64url', 0],
      ['an unknown key id', 0],
      ['another key under the same id', 0],
      ['members out of order', 1],
      ['another node as source', 1],
    ]);
  });

  it('knows the key before it looks at time and source', () => {
    const early = { payload: (json: string) => json.replace('2026-03-02T01:15', '2019-03-02T01:15') };
    expect(verdict(broken(early))).toBe('KEY');
    expect(verdict(broken(early, { by: impostor }))).toBe('SIGNATURE');
    expect(verdict(broken(early, { payload: (json) => `${json} ` }))).toBe('CANONICAL');
  });
});

describe('SIZE', () => {
  it('counts to the byte, and is told before anything else', () => {
    expect(verdict('a'.repeat(MAX_EVENT_BYTES))).toBe('FORM');
    expect(verdict('a'.repeat(MAX_EVENT_BYTES + 1))).toBe('SIZE');
    expect(verdict(new Uint8Array(MAX_EVENT_BYTES + 1))).toBe('SIZE');
  });

  it('is told of a detached payload before it is encoded', () => {
    const { detached } = toDetached(signed);
    expect(openDetached(new Uint8Array(MAX_EVENT_BYTES), detached, trust)).toMatchObject({ ok: false, check: 'SIZE' });
    expect(openDetached(new Uint8Array(60_000), detached, trust)).toMatchObject({ ok: false, check: 'SIZE' });
    expect(openDetached(new Uint8Array(MAX_EVENT_BYTES + 1), undefined, trust)).toMatchObject({ check: 'SIZE' });
  });
});

describe('FORM', () => {
  const withHeader = (header: string): string => signRaw(canonicalJson(sampleEvent), signer, header);

  it.each([
    ['members in another order', '{"kid":"32/1","alg":"EdDSA","typ":"hub-event+jws"}'],
    ['white space', '{"alg": "EdDSA","kid":"32/1","typ":"hub-event+jws"}'],
    ['one member more', '{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"32/1","typ":"hub-event+jws"}'],
    ['a key of its own', '{"alg":"EdDSA","jwk":{},"kid":"32/1","typ":"hub-event+jws"}'],
    ['a member twice', '{"alg":"EdDSA","kid":"32/1","kid":"32/1","typ":"hub-event+jws"}'],
    ['no typ', '{"alg":"EdDSA","kid":"32/1"}'],
    ['another typ', '{"alg":"EdDSA","kid":"32/1","typ":"JWT"}'],
    ['another algorithm', '{"alg":"HS256","kid":"32/1","typ":"hub-event+jws"}'],
    ['no algorithm', '{"alg":"none","kid":"32/1","typ":"hub-event+jws"}'],
    ['the other name of the algorithm', '{"alg":"Ed25519","kid":"32/1","typ":"hub-event+jws"}'],
    ['an escape', '{"alg":"EdDSA","kid":"32\\u002f1","typ":"hub-event+jws"}'],
    ['a key id of another form', '{"alg":"EdDSA","kid":"32/01","typ":"hub-event+jws"}'],
    ['a key id with a quotation mark', '{"alg":"EdDSA","kid":"32/1","x":"","typ":"hub-event+jws"}'],
    ['a byte order mark', '\ufeff{"alg":"EdDSA","kid":"32/1","typ":"hub-event+jws"}'],
    ['a line feed', '{"alg":"EdDSA","kid":"32/1","typ":"hub-event+jws"}\n'],
    ['nothing', ''],
  ])('a header with %s', (_, header) => {
    expect(openEvent(withHeader(header), trust)).toEqual({
      ok: false,
      check: 'FORM',
      detail: 'the header is not a registered one',
    });
  });

  it.each([
    ['a byte that no character starts with', [0x22, 0xff, 0x22]],
    ['an overlong character', [0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['half a character', [0x22, 0xe2, 0x82]],
  ])('a payload with %s is not UTF-8', (_, bytes) => {
    expect(openEvent(signRaw(new Uint8Array(bytes), signer), trust)).toEqual({
      ok: false,
      check: 'FORM',
      detail: 'the payload is not UTF-8',
    });
  });

  it('one signature has one text: four bits of the last letter are unused, and only zeros are taken', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted = [...alphabet].filter((letter) => verdict(`${signed.slice(0, -1)}${letter}`) === 'ok');
    expect(accepted).toEqual([signed.at(-1)]);
  });

  it.each([
    ['bytes beyond ASCII', Buffer.from(`${signed.slice(0, -1)}é`)],
    ['UTF-16', Buffer.from(signed, 'utf16le')],
    ['nothing', new Uint8Array()],
  ])('%s', (_, bytes) => {
    expect(verdict(bytes)).toBe('FORM');
  });

  it.each([undefined, '', '..', 'a.b', signed])('a detached part that is %p', (detached) => {
    const { payload } = toDetached(signed);
    expect(openDetached(payload, detached, trust)).toMatchObject({ ok: false, check: 'FORM' });
  });
});

describe('CANONICAL', () => {
  const json = canonicalJson(sampleEvent);

  it.each([
    ['a duplicate name', json.replace('"id":', '"id":"a","id":')],
    ['a byte order mark', `\ufeff${json}`],
    ['a space at the end', `${json} `],
    ['a number in another form', json.replace('"reason"', '"n":1.0,"reason"')],
    ['no JSON', 'delta'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"text"'],
  ])('refuses %s', (_, payload) => {
    expect(verdict(signRaw(payload, signer))).toBe('CANONICAL');
  });

  it.each(['specversion', 'id', 'source', 'type', 'subject', 'time'])('refuses an event without %s', (name) => {
    const rest = Object.fromEntries(Object.entries(sampleEvent).filter(([key]) => key !== name));
    const opened = openEvent(signRaw(canonicalJson(rest), signer), trust);
    expect(opened).toMatchObject({ ok: false, check: 'CANONICAL', detail: expect.stringContaining(name) });
  });

  it.each([
    ['a number as id', { id: 1 }],
    ['a day as time', { time: '2026-03-02' }],
    ['an impossible time', { time: '2026-02-30T00:00:00.000Z' }],
    ['another specversion', { specversion: '1.1' }],
  ])('refuses %s', (_, change) => {
    expect(verdict(signRaw(canonicalJson({ ...sampleEvent, ...change }), signer))).toBe('CANONICAL');
  });
});

describe('KEY', () => {
  const at = (time: string, period: Parameters<typeof twoNodes>[0]): string => {
    const nodes = twoNodes(period);
    return verdict(signEvent({ ...sampleEvent, time }, nodes.signer), nodes.trust);
  };

  it.each([
    ['before it is valid', '2025-12-31T23:59:59.999Z', {}, 'KEY'],
    ['from its first instant', validFrom, {}, 'ok'],
    ['just before its end', '2026-05-31T23:59:59.999Z', { validTo: '2026-06-01T00:00:00.000Z' }, 'ok'],
    ['at its end', '2026-06-01T00:00:00.000Z', { validTo: '2026-06-01T00:00:00.000Z' }, 'KEY'],
    ['just before it is revoked', '2026-05-31T23:59:59.999Z', { revokedAt: '2026-06-01T00:00:00.000Z' }, 'ok'],
    ['when it is revoked', '2026-06-01T00:00:00.000Z', { revokedAt: '2026-06-01T00:00:00.000Z' }, 'KEY'],
  ])('an event signed %s', (_, time, period, expected) => {
    expect(at(time, period)).toBe(expected);
  });

  it('another node cannot sign for this one', () => {
    const forged = signRaw(canonicalJson({ ...sampleEvent, source: 'urn:delta-hub:node:31' }), signer);
    expect(openEvent(forged, trust)).toEqual({
      ok: false,
      check: 'KEY',
      detail: 'source is not urn:delta-hub:node:32, the node of the key',
    });
  });

  it('a key of another node does not verify under this id', () => {
    const header = encodeBase64url(Buffer.from('{"alg":"EdDSA","kid":"31/1","typ":"hub-event+jws"}'));
    expect(verdict(signed.replace(/^[^.]+/, header))).toBe('SIGNATURE');
  });
});
