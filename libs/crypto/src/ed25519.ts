import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { decodeBase64url } from './base64url.js';
import { pointFault } from './edwards-point.js';
import { CryptoError } from './errors.js';
import type { PrivateJwk, PublicJwk, SignatureSuite } from './signature-suite.js';
import { type Members, strictObject } from './strict-object.js';

/**
 * Ed25519, RFC 8032 section 5.1, verified without the cofactor and with canonical R and S.
 * A key is checked once, when it is read: Node itself reads any 32 bytes as a public key.
 */
export const ed25519: SignatureSuite = {
  jwkType: { kty: 'OKP', crv: 'Ed25519' },
  signatureBytes: 64,

  generate() {
    const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: x!, d: d! };
  },

  readPublic(value) {
    const jwk = publicHalf(membersOf(value, ['kty', 'crv', 'x']));
    return { jwk, key: createPublicKey({ key: { ...jwk }, format: 'jwk' }) };
  },

  readPrivate(value) {
    const members = membersOf(value, ['kty', 'crv', 'x', 'd']);
    const jwk: PrivateJwk = { ...publicHalf(members), d: keyText(members, 'd') };
    const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
    if (createPublicKey(key).export({ format: 'jwk' }).x !== jwk.x)
      return fail('x is not the public half of d: the two belong to different keys');
    return { jwk, key };
  },

  sign: (message, key) => new Uint8Array(sign(null, message, key)),

  verify: (message, signature, key) => signature.length === 64 && verify(null, message, key, signature),
};

const fail = (problem: string): never => {
  throw new CryptoError('KEY_INVALID', problem);
};

const membersOf = (value: unknown, required: readonly string[]): Members => {
  const members = strictObject(value, required, ['alg'], fail);
  if (members['kty'] !== 'OKP') return fail('kty is not "OKP"');
  if (members['crv'] !== 'Ed25519') return fail('crv is not "Ed25519"');
  if ('alg' in members && members['alg'] !== 'EdDSA') return fail('alg is not "EdDSA"');
  return members;
};

const publicHalf = (members: Members): PublicJwk => {
  const x = keyText(members, 'x');
  const fault = pointFault(decodeBase64url(x)!);
  if (fault !== undefined) return fail(`x is ${fault}`);
  return { kty: 'OKP', crv: 'Ed25519', x, ...('alg' in members ? { alg: 'EdDSA' } : {}) };
};

/** A member that is 32 bytes in strict base64url. */
const keyText = (members: Members, name: 'x' | 'd'): string => {
  const text = members[name];
  if (typeof text !== 'string' || decodeBase64url(text)?.length !== 32)
    return fail(`${name} is not 32 bytes in base64url`);
  return text;
};
