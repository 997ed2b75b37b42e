import { suiteOf } from './algorithms.js';
import type { PrivateJwk, PublicJwk, SignatureAlgorithm, VerifyingKey } from './signature-suite.js';

/** A signing key (电子签名制作数据, 电子签名法 34) of this node, ready for use. The private half stays inside. */
export interface Signer {
  /** `<node>/<n>` for a key that signs events. */
  readonly kid: string;
  readonly alg: SignatureAlgorithm;
  sign(bytes: Uint8Array): Uint8Array;
}

/** A fresh key pair. The private JWK holds both halves. */
export const generateKeyPair = (
  algorithm: SignatureAlgorithm = 'EdDSA',
): { readonly privateJwk: PrivateJwk; readonly publicJwk: PublicJwk } => {
  const { d, ...publicJwk } = suiteOf(algorithm).generate();
  return { privateJwk: { ...publicJwk, d }, publicJwk };
};

/**
 * A signer from a stored private key.
 * @throws CryptoError `KEY_INVALID` when the key is malformed or its two halves do not belong together
 */
export const signerFromJwk = (privateJwk: PrivateJwk, kid: string, alg: SignatureAlgorithm = 'EdDSA'): Signer => {
  const suite = suiteOf(alg);
  const { key } = suite.readPrivate(privateJwk);
  return { kid, alg, sign: (bytes) => suite.sign(bytes, key) };
};

/**
 * Whether these bytes were signed with the private half of this key. A wrong signature is an answer, not an error.
 * @throws CryptoError `KEY_INVALID` when the key is malformed or weak
 */
export const verifyBytes = (
  message: Uint8Array,
  signature: Uint8Array,
  publicJwk: PublicJwk,
  alg: SignatureAlgorithm = 'EdDSA',
): boolean => suiteOf(alg).verify(message, signature, publicKeyOf(publicJwk, alg));

const publicKeys = new WeakMap<PublicJwk, { readonly text: string; readonly key: VerifyingKey }>();

/** A public key, ready for use. Reading one costs more than a verification, so each object is read once. */
export const publicKeyOf = (publicJwk: PublicJwk, alg: SignatureAlgorithm): VerifyingKey => {
  const text = `${alg}:${publicJwk.x}`;
  const known = publicKeys.get(publicJwk);
  if (known?.text === text) return known.key;
  const { key } = suiteOf(alg).readPublic(publicJwk);
  publicKeys.set(publicJwk, { text, key });
  return key;
};
