/**
 * Digests, canonical JSON, signed events, keys and trust list: with its other two entries the only place that touches
 * cryptography. Those, `tokens` and `sealed-message`, bring jose, which threads that only verify events do not load.
 */
export { canonicalJson, isCanonicalJson, type JsonValue } from './canonical-json.js';
export type { CloudEvent } from './cloud-event.js';
export { fromDetached, type Jws, toDetached } from './compact.js';
export { digest, type DigestAlgorithm, sha256 } from './digest.js';
export {
  type EventCheck,
  MAX_EVENT_BYTES,
  openDetached,
  type OpenedEvent,
  openEvent,
  openEvents,
  type RefusedEvent,
  signEvent,
  verifySignature,
} from './envelope.js';
export { openingTogether, type OpenSoon } from './open-together.js';
export { CryptoError, type CryptoErrorCode, type TokenErrorCode } from './errors.js';
export { type Instant, isInstant } from './instant.js';
export { type Jwks, jwks, parseJwks, type PublishedJwk } from './jwks.js';
export {
  isKeyEventType,
  isLedgerKeyId,
  type KeyEvent,
  keyStreamOf,
  type NewKey,
  nodeOfKeyId,
  numberOfKeyId,
  provePossession,
  readKeyEvent,
  type RevocationReason,
} from './key-events.js';
export { type IndexedEvent, keyHistoryOf, storedKeyHistory } from './key-fold.js';
export {
  confirmedBy,
  evolveKeys,
  type KeyEventFault,
  type KeyHistory,
  type KeyMark,
  type KeyPeriod,
  type LedgerKeyPeriod,
  ledgerKeysOf,
  type Revocation,
  trustedHistory,
} from './key-history.js';
export { AFTER_ALL, isInDoubt, type KeyRule, type KeyUse, ruleAt, signingKeyOf, trustRule } from './key-rule.js';
export { generateKeyPair, type Signer, signerFromJwk, verifyBytes } from './keys.js';
export type { EncryptionKey, PrivateEncryptionJwk } from './sealed-message.js';
export type { PrivateJwk, PublicJwk, SignatureAlgorithm } from './signature-suite.js';
export type { Caller, Role, TokenClaims, TokenExpectation } from './tokens.js';
export { parseTrustList, type TrustList } from './trust-list.js';
export {
  encryptionKeyOf,
  type LedgerKey,
  type TrustedKey,
  type TrustedNode,
  trustedNode,
  type WitnessKey,
  witnessKeyOf,
  witnessNameOf,
} from './trusted-node.js';
export { type NoteKey, parseVkey, vkeyOf } from './vkey.js';
