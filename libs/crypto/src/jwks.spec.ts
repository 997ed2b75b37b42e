import { describe, expect, it } from '@jest/globals';
import { CryptoError } from './errors.js';
import { jwks, parseJwks } from './jwks.js';
import { generateKeyPair } from './keys.js';

const { privateJwk, publicJwk } = generateKeyPair();
const published = { kty: 'OKP', crv: 'Ed25519', x: publicJwk.x, alg: 'EdDSA', kid: '32/1', use: 'sig' };

describe('jwks', () => {
  it('publishes the public half only, with algorithm, key id and use', () => {
    expect(jwks([{ kid: '32/1', jwk: publicJwk }])).toEqual({ keys: [published] });
    expect(jwks([{ kid: '32/1', jwk: privateJwk }])).toEqual({ keys: [published] });
    expect(jwks([])).toEqual({ keys: [] });
  });
});

describe('parseJwks', () => {
  const messageOf = (json: unknown): string => {
    try {
      parseJwks(json);
    } catch (error) {
      if (error instanceof CryptoError && error.code === 'KEY_INVALID') return error.message;
      throw error;
    }
    return 'parsed';
  };

  it('reads what jwks writes', () => {
    const set = jwks([
      { kid: 'a', jwk: publicJwk },
      { kid: 'b', jwk: generateKeyPair().publicJwk },
    ]);
    expect(parseJwks(JSON.parse(JSON.stringify(set)))).toEqual(set);
  });

  it('leaves out keys that the hub has no use for, and members it does not know', () => {
    const others = [
      { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'r' },
      { kty: 'OKP', crv: 'X25519', x: publicJwk.x, kid: 'x' },
      { ...published, kid: 'e', use: 'enc' },
      { ...published, kid: 'n', alg: 'Ed25519' },
    ];
    expect(parseJwks({ keys: [...others, { ...published, x5t: 'y' }], more: 1 })).toEqual({ keys: [published] });
    const { kty, crv, x, kid } = published;
    expect(parseJwks({ keys: [{ kty, crv, x, kid }] })).toEqual({ keys: [published] });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'keys', 'not a JWK Set: no list "keys"'],
    ['no list', { keys: {} }, 'not a JWK Set: no list "keys"'],
    ['no key', { keys: [] }, 'the JWK Set has no key for EdDSA'],
    ['no key of ours', { keys: [{ kty: 'RSA' }] }, 'the JWK Set has no key for EdDSA'],
    ['an entry that is no object', { keys: [null] }, 'an entry of the JWK Set is not an object'],
    ['a private key', { keys: [{ ...published, d: privateJwk.d }] }, 'the JWK Set holds a private key'],
    ['a key without id', { keys: [{ ...published, kid: undefined }] }, 'a key of the JWK Set has no kid'],
    ['a key id twice', { keys: [published, published] }, 'two keys of the JWK Set have the same kid'],
    ['a weak key', { keys: [{ ...published, x: 'A'.repeat(43) }] }, 'x is a point of small order'],
  ])('refuses %s', (_, json, message) => {
    expect(messageOf(json)).toBe(message);
  });
});
