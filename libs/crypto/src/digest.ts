import { hash } from 'node:crypto';
import sodium from 'sodium-native';
import { encodeBase64url } from './base64url.js';

/** Wire name of each digest algorithm and the name Node knows it by. A second algorithm is a row. */
const algorithms = { 'sha-256': 'sha256' } as const;

export type DigestAlgorithm = keyof typeof algorithms;

/** `<algorithm>:<base64url of the digest>`, for example `sha-256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU`. */
export const digest = (bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha-256'): string =>
  `${algorithm}:${encodeBase64url(hash(algorithms[algorithm], bytes, 'buffer'))}`;

const SHA256_BYTES = 32;
/** Up to here libsodium is done before node:crypto has begun: a node of a tree has 65 bytes. */
const SHORT = 128;

/** The 32 bytes of SHA-256, FIPS 180-4. */
export const sha256 = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length > SHORT) return bytesOf(hash('sha256', bytes, 'buffer'));
  const digested = new Uint8Array(SHA256_BYTES);
  sodium.crypto_hash_sha256(digested, bytes);
  return digested;
};

const bytesOf = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
