import { digest } from './digest.js';
import type { Instant } from './instant.js';
import type { KeyHistory, KeyPeriod, Reattestation } from './key-history.js';
import { isLedgerKeyId, nodeOfKeyId, numberOfKeyId } from './key-events.js';
import { publicKeyOf } from './keys.js';
import { findKey, type ResolvedKey, type TrustList } from './trust-list.js';
import type { TrustedKey } from './trusted-node.js';

/** What `openEvent` asks about keys. */
export interface KeyRule {
  /** The key with this id, whether it is valid now or not. */
  find(kid: string): ResolvedKey | undefined;
  /** Why an event of this key is not to be believed on account of the key; undefined when it is. */
  fault(key: ResolvedKey, event: { readonly id: string; readonly time: Instant }, jws: string): string | undefined;
}

/** The trust list alone: its keys by their time. `time` is the signer's own word, which the order of a log can correct. */
export const trustRule = (trust: TrustList): KeyRule => ({
  find: (kid) => findKey(trust, kid),
  fault: (key, { time }) => timeFault(key, time),
});

/** The index of what is only arriving, or about to be signed: it comes after everything there is. */
export const AFTER_ALL = Number.MAX_SAFE_INTEGER;

/** The rule for the entry at `index` of a log; `AFTER_ALL` for one that is not in it yet. */
export const ruleAt = (history: KeyHistory, index: number): KeyRule => ({
  find: (kid) => eventKeyOf(history, kid),
  fault: ({ kid }, { id, time }, jws) => {
    const fault = keyFaultAt(history, kid, index, time);
    if (fault === undefined || !fault.isRevocation) return fault?.detail;
    const again = declaredAgain(history, { kid, id, jws });
    return again !== undefined && again.index < index ? undefined : fault.detail;
  },
});

const eventKeys = new WeakMap<KeyHistory, Map<string, ResolvedKey>>();

/** A key of a history, ready for use: looked up once for all events of a log. Keys that sign heads are none. */
const eventKeyOf = (history: KeyHistory, kid: string): ResolvedKey | undefined => {
  const known = eventKeys.get(history)?.get(kid);
  if (known !== undefined) return known;
  const period = isLedgerKeyId(kid) ? undefined : history.periods[kid];
  if (period === undefined) return undefined;
  const key = { ...period, key: publicKeyOf(period.publicJwk, period.alg) };
  const found = eventKeys.get(history) ?? new Map<string, ResolvedKey>();
  eventKeys.set(history, found.set(kid, key));
  return key;
};

/** An event of a log, verified. */
export interface LoggedEvent {
  readonly kid: string;
  readonly id: string;
  readonly jws: string;
  /** Leaf index, from 0. */
  readonly index: number;
}

/**
 * Whether an event that is valid by its index may be a thief's: its key was compromised before witnesses had cosigned a
 * head that holds it, and its node has not declared it again. `witnessedBy` gives how many entries they had cosigned by an instant.
 */
export const isInDoubt = (
  history: KeyHistory,
  event: LoggedEvent,
  witnessedBy: (instant: Instant) => number,
): boolean => {
  const since = history.periods[event.kid]?.revoked?.compromisedFrom;
  if (since === undefined || event.index < witnessedBy(since)) return false;
  return declaredAgain(history, event) === undefined;
};

const declaredAgain = (
  { reattested }: KeyHistory,
  { kid, id, jws }: Omit<LoggedEvent, 'index'>,
): Reattestation | undefined => {
  const again = reattested[id];
  return again?.kid === kid && again.digest === digest(Buffer.from(jws, 'latin1')) ? again : undefined;
};

/** What a key of a node is for: it signs events, or the heads of the node's log. */
export type KeyUse = 'event' | 'ledger';

/** The newest key of a node that may sign at `index`; undefined when it has none left. */
export const signingKeyOf = (
  history: KeyHistory,
  node: string,
  index: number,
  time: Instant,
  use: KeyUse = 'event',
): KeyPeriod | undefined =>
  Object.values(history.periods)
    .filter((period) => period.node === node && isLedgerKeyId(period.kid) === (use === 'ledger'))
    .filter(({ kid }) => keyFaultAt(history, kid, index, time) === undefined)
    .toSorted((a, b) => numberOfKeyId(a.kid) - numberOfKeyId(b.kid))
    .at(-1);

interface KeyFault {
  readonly detail: string;
  readonly isRevocation: boolean;
}

const keyFaultAt = (history: KeyHistory, kid: string, index: number, time: Instant): KeyFault | undefined => {
  const period = history.periods[kid];
  if (period === undefined) return { detail: `key ${kid} is not known`, isRevocation: false };
  if (period.introduced !== undefined && index <= period.introduced.index)
    return { detail: `key ${kid} was introduced later, at ${period.introduced.index}`, isRevocation: false };
  const early = timeFault(period, time);
  if (early !== undefined) return { detail: early, isRevocation: false };
  const { revoked } = period;
  if (revoked === undefined || index <= revoked.index) return undefined;
  // In its own log the index decides. What another node signed before it gave up a key in good order may come later;
  // after a theft only the thief's word would say so.
  const isHome = nodeOfKeyId(kid) === history.home;
  if (!isHome && revoked.reason !== 'compromised' && time < revoked.time) return undefined;
  return { detail: `key ${kid} was revoked (${revoked.reason}) at ${revoked.time}`, isRevocation: true };
};

const timeFault = ({ kid, validFrom, validTo, revokedAt }: TrustedKey, time: Instant): string | undefined => {
  if (time < validFrom) return `key ${kid} is valid from ${validFrom} only`;
  if (validTo !== undefined && time >= validTo) return `key ${kid} was valid until ${validTo}`;
  if (revokedAt !== undefined && time >= revokedAt) return `key ${kid} was revoked at ${revokedAt}`;
  return undefined;
};
