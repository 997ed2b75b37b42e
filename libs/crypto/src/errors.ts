/** Why a caller's token was not accepted. */
export type TokenErrorCode =
  /** No token was given. */
  | 'TOKEN_MISSING'
  /** Not a JWT in compact form. */
  | 'TOKEN_MALFORMED'
  /** Signed by no key of the issuer, or with another algorithm than `EdDSA`. */
  | 'TOKEN_SIGNATURE'
  /** From another issuer. */
  | 'TOKEN_ISSUER'
  /** For another audience. */
  | 'TOKEN_AUDIENCE'
  /** Its `exp` is past. */
  | 'TOKEN_EXPIRED'
  /** A claim is missing, has a wrong form, or is not valid yet. */
  | 'TOKEN_CLAIMS';

/** Every code of this library. Stable and public; the list is closed, so a `switch` over it is exhaustive. */
export type CryptoErrorCode =
  /** A value has no RFC 8785 form: not JSON, not finite, a lone surrogate, an integer that is not exact, too deep. */
  | 'NOT_CANONICALISABLE'
  /** An object that is to be signed is not an event of the signer's node. */
  | 'EVENT_INVALID'
  /** The signed event would have more than `MAX_EVENT_BYTES` bytes. */
  | 'EVENT_TOO_LARGE'
  /** A text is no compact or no detached JWS, so it cannot be converted. */
  | 'JWS_INVALID'
  /** A key, or a document of keys, is malformed, weak, or its halves do not belong together. */
  | 'KEY_INVALID'
  /** libsodium and node:crypto gave two answers about one signature: a fault of this machine, never a verdict. */
  | 'VERIFIERS_DISAGREE'
  /** A sealed fact is for a node whose encryption key the trust list lacks. */
  | 'ENCRYPTION_KEY_MISSING'
  /** A trust list breaks one of its rules; the message names the place. */
  | 'TRUST_LIST_INVALID'
  | TokenErrorCode;

/** The one exception of this library. What a peer or a caller sends is never quoted in the message. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';

  constructor(
    readonly code: CryptoErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
