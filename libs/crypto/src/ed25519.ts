import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import sodium from 'sodium-native';
import { decodeBase64url } from './base64url.js';
import { isSmallOrder, pointFault } from './edwards-point.js';
import { CryptoError } from './errors.js';
import type { PrivateJwk, PublicJwk, SignatureSuite, VerifyingKey } from './signature-suite.js';
import { type Members, strictObject } from './strict-object.js';
import { TableVerifier } from './table-verifier.js';

/** Bytes of a signature, and of each of its halves R and S. */
const SIGNATURE_BYTES = 64;
const HALF = 32;

/**
 * Ed25519, RFC 8032 section 5.1, verified without the cofactor, with canonical R and S, and with an R that is not of
 * small order: an honest signer never makes one, and verifiers differ about them. libsodium decides; of every 256
 * signatures one is also verified by node:crypto, chosen by its bytes so that a replay asks about the same ones.
 * A key is checked once, when it is read: Node itself reads any 32 bytes as a public key.
 */
export const ed25519: SignatureSuite = {
  jwkType: { kty: 'OKP', crv: 'Ed25519' },
  signatureBytes: SIGNATURE_BYTES,

  generate() {
    const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', x: x!, d: d! };
  },

  readPublic(value) {
    const jwk = publicHalf(membersOf(value, ['kty', 'crv', 'x']));
    return { jwk, key: { bytes: decodeBase64url(jwk.x)!, node: createPublicKey({ key: { ...jwk }, format: 'jwk' }) } };
  },

  readPrivate(value) {
    const members = membersOf(value, ['kty', 'crv', 'x', 'd']);
    const jwk: PrivateJwk = { ...publicHalf(members), d: keyText(members, 'd') };
    const node = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
    if (createPublicKey(node).export({ format: 'jwk' }).x !== jwk.x)
      return fail('x is not the public half of d: the two belong to different keys');
    return { jwk, key: { bytes: Buffer.concat([decodeBase64url(jwk.d)!, decodeBase64url(jwk.x)!]), node } };
  },

  sign(message, { bytes }) {
    const signature = new Uint8Array(SIGNATURE_BYTES);
    sodium.crypto_sign_detached(signature, message, bytes);
    return signature;
  },

  verify(message, signature, key) {
    if (signature.length !== SIGNATURE_BYTES) return false;
    const verdict = sodium.crypto_sign_verify_detached(signature, message, key.bytes);
    if (signature[0] === 0 && verdict !== nodeVerdict(message, signature, key))
      throw new CryptoError('VERIFIERS_DISAGREE', 'libsodium and node:crypto disagree about an Ed25519 signature');
    return verdict;
  },

  verifyEach: (claims) => tables.verifyEach(claims),
};

const tables = new TableVerifier((message, signature, key) => ed25519.verify(message, signature, key));

/** The same rule by node:crypto, which takes an R of small order. */
export const nodeVerdict = (message: Uint8Array, signature: Uint8Array, { node }: VerifyingKey): boolean =>
  verify(null, message, node, signature) && !isSmallOrder(signature.subarray(0, HALF));

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
