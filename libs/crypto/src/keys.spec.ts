import { describe, expect, it } from '@jest/globals';
import { CryptoError } from './errors.js';
import { generateKeyPair, signerFromJwk, verifyBytes } from './keys.js';
import type { PrivateJwk, PublicJwk } from './signature-suite.js';

const { privateJwk, publicJwk } = generateKeyPair();
const message = Buffer.from('one message');

const errorOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof CryptoError ? `${error.code}: ${error.message}` : error;
  }
};

describe('generateKeyPair', () => {
  it('gives JWKs for EdDSA, the public one without the private half', () => {
    const { d, ...rest } = privateJwk;
    expect(publicJwk).toEqual(rest);
    expect(publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: publicJwk.x });
    expect([Buffer.from(d, 'base64url').length, Buffer.from(publicJwk.x, 'base64url').length]).toEqual([32, 32]);
  });

  it('gives another one each time', () => {
    expect(generateKeyPair().publicJwk.x).not.toBe(publicJwk.x);
  });
});

describe('signerFromJwk', () => {
  it('signs what the public half verifies', () => {
    const signer = signerFromJwk(privateJwk, '32/1');
    expect([signer.kid, signer.alg]).toEqual(['32/1', 'EdDSA']);
    expect(verifyBytes(message, signer.sign(message), publicJwk)).toBe(true);
  });

  it('keeps the private half to itself', () => {
    expect(JSON.stringify(signerFromJwk(privateJwk, '32/1'))).toBe('{"kid":"32/1","alg":"EdDSA"}');
  });

  it.each<[string, unknown, string]>([
    [
      'a public half of another key',
      { ...privateJwk, x: generateKeyPair().publicJwk.x },
      'x is not the public half of d',
    ],
    ['no private half', publicJwk, 'd is missing'],
    ['a private half that is too short', { ...privateJwk, d: 'AAAA' }, 'd is not 32 bytes in base64url'],
    ['another curve', { ...privateJwk, crv: 'Ed448' }, 'crv is not "Ed25519"'],
    ['another kind', { ...privateJwk, kty: 'EC' }, 'kty is not "OKP"'],
    ['another algorithm', { ...privateJwk, alg: 'Ed25519' }, 'alg is not "EdDSA"'],
    ['an unknown field', { ...privateJwk, use: 'enc' }, 'unknown field "use"'],
    ['nothing', null, 'not an object'],
  ])('refuses a key with %s', (_, jwk, problem) => {
    expect(errorOf(() => signerFromJwk(jwk as PrivateJwk, '32/1'))).toContain(`KEY_INVALID: ${problem}`);
  });

  it('never shows the key it refuses', () => {
    const text = errorOf(() => signerFromJwk({ ...privateJwk, x: generateKeyPair().publicJwk.x }, '32/1'));
    expect(text).not.toContain(privateJwk.d);
  });
});

describe('verifyBytes', () => {
  const signature = signerFromJwk(privateJwk, '32/1').sign(message);

  it('answers false for another message, signature or key', () => {
    expect(verifyBytes(Buffer.from('another'), signature, publicJwk)).toBe(false);
    expect(verifyBytes(message, new Uint8Array(64), publicJwk)).toBe(false);
    expect(verifyBytes(message, signature.subarray(0, 63), publicJwk)).toBe(false);
    expect(verifyBytes(message, new Uint8Array(), publicJwk)).toBe(false);
    expect(verifyBytes(message, signature, generateKeyPair().publicJwk)).toBe(false);
  });

  it('throws for a key that is none', () => {
    expect(errorOf(() => verifyBytes(message, signature, { ...publicJwk, x: 'AAAA' }))).toContain('KEY_INVALID');
  });

  it('reads a key object anew when somebody changed it', () => {
    const jwk: { -readonly [name in keyof PublicJwk]: PublicJwk[name] } = { ...publicJwk };
    expect(verifyBytes(message, signature, jwk)).toBe(true);
    jwk.x = generateKeyPair().publicJwk.x;
    expect(verifyBytes(message, signature, jwk)).toBe(false);
  });
});
