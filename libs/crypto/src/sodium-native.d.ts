/** The part of sodium-native (libsodium for Node, MIT) that the hub uses; the package comes without types. */
declare module 'sodium-native' {
  const sodium: {
    crypto_hash_sha256(digest: Uint8Array, bytes: Uint8Array): void;
    crypto_hash_sha512(digest: Uint8Array, bytes: Uint8Array): void;
    /** 64 bytes, little-endian, modulo the order of edwards25519, into 32. */
    crypto_core_ed25519_scalar_reduce(reduced: Uint8Array, bytes: Uint8Array): void;
    /** Ed25519; `secretKey` is the 32 bytes of the private key followed by those of the public key. */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  };
  export { sodium as default };
}
