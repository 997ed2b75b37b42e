import { isSmallOrder } from './ed25519-point.js';

/** What the place gives that runs the verifier: node:crypto, or WebCrypto in a browser. */
export interface Primitives {
  readonly sha256: (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** RFC 8032 section 5.1.7, without the cofactor. */
  readonly ed25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
}

/** Ed25519 with the hub's rule: 64 bytes, and an R that is not of small order. The key was found sound when it was read. */
export const verifySignature = async (
  { ed25519 }: Primitives,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> => {
  if (signature.length !== 64 || isSmallOrder(signature.subarray(0, 32))) return false;
  return await ed25519(publicKey, message, signature);
};
