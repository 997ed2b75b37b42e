import { isAlgorithm } from './algorithms.js';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import type { CloudEvent } from './cloud-event.js';
import { CryptoError } from './errors.js';
import { type Instant, isInstant } from './instant.js';
import { type Signer, verifyBytes } from './keys.js';
import type { PublicJwk, SignatureAlgorithm } from './signature-suite.js';

/** Why a key is not to be believed any more. */
export type RevocationReason = 'superseded' | 'compromised' | 'lost';

/** The next key of a node, as `key.introduced` says it. */
export interface NewKey {
  /** `<node>/<n>` signs events, `<node>/ledger-<n>` signs tree heads. */
  readonly kid: string;
  readonly alg: SignatureAlgorithm;
  readonly publicJwk: PublicJwk;
  readonly validFrom: Instant;
}

/** What a key event says, read from a verified event. */
export type KeyEvent =
  | ({ readonly type: 'introduced'; readonly possession: string } & NewKey)
  | {
      readonly type: 'revoked';
      readonly kid: string;
      readonly reason: RevocationReason;
      readonly compromisedFrom?: Instant;
    }
  | {
      readonly type: 'reattested';
      readonly kid: string;
      readonly events: readonly { readonly id: string; readonly digest: string }[];
    };

/** The one stream of a node's key events: their order in it is the order in which they count. */
export const keyStreamOf = (node: string): string => `key-node-${node}`;

const keyIdPattern = /^([1-9]\d)\/(ledger-)?([1-9]\d{0,5})$/;

/** The node of an event key or ledger key; undefined when it is no such key id. */
export const nodeOfKeyId = (kid: string): string | undefined => keyIdPattern.exec(kid)?.[1];

export const isLedgerKeyId = (kid: string): boolean => keyIdPattern.exec(kid)?.[2] !== undefined;

/** Keys of one node and use are counted from 1. */
export const numberOfKeyId = (kid: string): number => Number(keyIdPattern.exec(kid)?.[3]);

/** What a new key signs to prove that whoever introduces it holds it. No event, note or token begins like this. */
const possessionText = ({ kid, alg, publicJwk, validFrom }: NewKey, introducer: string): Uint8Array =>
  Buffer.from(`delta-hub.cn/key-possession/v1\n${kid}\n${alg}\n${publicJwk.x}\n${validFrom}\n${introducer}\n`);

/** The proof of possession, in base64url, of a key that the key `introducer` introduces. */
export const provePossession = (key: NewKey, introducer: string, holder: Pick<Signer, 'sign'>): string =>
  encodeBase64url(holder.sign(possessionText(key, introducer)));

/** Whether the new key itself signed this introduction. */
export const isPossessed = (key: NewKey, introducer: string, possession: string): boolean => {
  const signature = decodeBase64url(possession);
  if (signature === undefined) return false;
  try {
    return verifyBytes(possessionText(key, introducer), signature, key.publicJwk, key.alg);
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'KEY_INVALID') return false;
    throw error;
  }
};

const prefix = 'cn.delta-hub.key.';
const reasons: readonly unknown[] = ['superseded', 'compromised', 'lost'] satisfies RevocationReason[];

export const isKeyEventType = (type: string): boolean => type.startsWith(prefix);

/** What a key event says; undefined when its data has not the form of its type. */
export const readKeyEvent = ({ type, data }: CloudEvent): KeyEvent | undefined => {
  const { kid, ...rest } = (typeof data === 'object' ? data : {}) as Readonly<Record<string, unknown>>;
  if (typeof kid !== 'string' || nodeOfKeyId(kid) === undefined) return undefined;
  if (type === `${prefix}introduced.v1`) return readIntroduced(kid, rest);
  if (type === `${prefix}revoked.v1`) return readRevoked(kid, rest);
  return type === `${prefix}reattested.v1` ? readReattested(kid, rest) : undefined;
};

const readIntroduced = (kid: string, rest: Readonly<Record<string, unknown>>): KeyEvent | undefined => {
  const { alg, publicJwk, validFrom, possession } = rest;
  const { x, kty, crv } = (publicJwk ?? {}) as Readonly<Record<string, unknown>>;
  const isKey = kty === 'OKP' && crv === 'Ed25519' && typeof x === 'string' && isAlgorithm(alg);
  if (!isKey || !isInstant(validFrom) || typeof possession !== 'string') return undefined;
  return { type: 'introduced', kid, alg, publicJwk: { kty, crv, x }, validFrom, possession };
};

const readRevoked = (kid: string, rest: Readonly<Record<string, unknown>>): KeyEvent | undefined => {
  const { reason, compromisedFrom } = rest;
  if (!reasons.includes(reason)) return undefined;
  const revoked = { type: 'revoked', kid, reason: reason as RevocationReason } as const;
  if (reason !== 'compromised') return compromisedFrom === undefined ? revoked : undefined;
  return isInstant(compromisedFrom) ? { ...revoked, compromisedFrom } : undefined;
};

const readReattested = (kid: string, { events }: Readonly<Record<string, unknown>>): KeyEvent | undefined => {
  if (!Array.isArray(events)) return undefined;
  const read = events.map((entry: unknown) => (entry ?? {}) as Readonly<Record<string, unknown>>);
  const isSound = read.every(({ id, digest }) => typeof id === 'string' && typeof digest === 'string');
  return isSound ? { type: 'reattested', kid, events: read as { id: string; digest: string }[] } : undefined;
};
