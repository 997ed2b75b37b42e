import type { KeyObject } from 'node:crypto';

/** Names of the signature algorithms, as they stand in `alg` (RFC 7518, RFC 8037). */
export type SignatureAlgorithm = 'EdDSA';

/**
 * A public key, RFC 8037 section 2. `alg` is `EdDSA` and not RFC 9864's `Ed25519`: most libraries of partners
 * verify only the first.
 */
export interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** The 32 bytes of the public key, base64url. */
  readonly x: string;
  readonly alg?: SignatureAlgorithm;
}

/** A private key with its public half. */
export interface PrivateJwk extends PublicJwk {
  /** The 32 bytes of the private key, base64url. */
  readonly d: string;
}

/** A public key, read and found sound, in the forms of both verifiers. */
export interface VerifyingKey {
  readonly bytes: Uint8Array;
  readonly node: KeyObject;
}

/** A private key with its public half, in the forms of both. */
export interface SigningKey {
  /** As libsodium takes it: private half, then public half. */
  readonly bytes: Uint8Array;
  readonly node: KeyObject;
}

/** What was signed, by whom it is said to be, and the signature. */
export interface SignatureClaim {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly key: VerifyingKey;
}

/** What the hub needs of a signature algorithm. Everything that differs between two algorithms stands in here. */
export interface SignatureSuite {
  /** By what a key of this algorithm is known in a document of many keys. */
  readonly jwkType: { readonly kty: string; readonly crv: string };
  /** Every signature has exactly this many bytes. */
  readonly signatureBytes: number;
  /** A fresh private key. */
  generate(): PrivateJwk;
  /** @throws CryptoError `KEY_INVALID` when the key is malformed or weak */
  readPublic(jwk: unknown): { readonly jwk: PublicJwk; readonly key: VerifyingKey };
  /** @throws CryptoError `KEY_INVALID` when the key is malformed or weak, or its halves do not belong together */
  readPrivate(jwk: unknown): { readonly jwk: PrivateJwk; readonly key: SigningKey };
  sign(message: Uint8Array, key: SigningKey): Uint8Array;
  /** @throws CryptoError `VERIFIERS_DISAGREE` */
  verify(message: Uint8Array, signature: Uint8Array, key: VerifyingKey): boolean;
  /** As `verify` of each; faster, where many are of few keys. @throws CryptoError `VERIFIERS_DISAGREE` */
  verifyEach(claims: readonly SignatureClaim[]): boolean[];
}
