import {
  isKeyEventType,
  isLedgerKeyId,
  isPossessed,
  type KeyEvent,
  keyStreamOf,
  nodeOfKeyId,
  readKeyEvent,
  type RevocationReason,
} from './key-events.js';
import type { CloudEvent } from './cloud-event.js';
import type { Instant } from './instant.js';
import type { TrustList } from './trust-list.js';
import { ledgerNameOf, type TrustedKey } from './trusted-node.js';
import { parseVkey, vkeyOf } from './vkey.js';

/** Where a key event stands: its index in the log, or its position in the event store that the log follows. */
export interface KeyMark {
  readonly index: number;
  /** The event's own time. */
  readonly time: Instant;
}

export interface Revocation extends KeyMark {
  readonly reason: RevocationReason;
  /** Signatures from here on may be another's; with reason `compromised` only. */
  readonly compromisedFrom?: Instant;
  /** The key of the node, or the peers, that said so. */
  readonly by: readonly string[];
}

/** One key over its life: valid for entries after `introduced` (from the first for a key of the trust list) up to `revoked`. */
export interface KeyPeriod extends TrustedKey {
  readonly node: string;
  readonly introduced?: KeyMark & { readonly by: string };
  readonly revoked?: Revocation;
}

export interface Reattestation extends KeyMark {
  readonly kid: string;
  readonly id: string;
  readonly digest: string;
}

/**
 * Which key of which node is valid for which entries of one log: the trust list, and the key events in that log after it.
 * Plain data: it can be sent to a worker.
 */
export interface KeyHistory {
  /** The node whose log it is. For its keys the index alone decides; those of others come when they come. */
  readonly home: string;
  readonly periods: Readonly<Record<string, KeyPeriod>>;
  /** By event id. */
  readonly reattested: Readonly<Record<string, Reattestation>>;
  /** What peers said of keys that are not theirs and that too few have confirmed. */
  readonly confirmations: Readonly<Record<string, readonly (KeyMark & { readonly node: string })[]>>;
}

/** How many other nodes it takes to revoke a key whose node cannot do it itself. */
export const PEERS_TO_REVOKE = 2;

/** Why a key event has no effect. Stable; the list is closed. */
export type KeyEventFault =
  | 'KEY_EVENT_MALFORMED'
  | 'KEY_STREAM_OF_ANOTHER_NODE'
  | 'KEY_OF_ANOTHER_NODE'
  | 'KEY_ID_REUSED'
  | 'PUBLIC_KEY_REUSED'
  | 'POSSESSION_INVALID'
  | 'KEY_UNKNOWN'
  | 'KEY_REVOKES_ITSELF'
  | 'KEY_REVOKED_ALREADY'
  | 'KEY_CONFIRMED_ALREADY'
  | 'KEY_NOT_REVOKED';

/** The history before the first event of a log: the keys of the trust list, which stay the root of all others. */
export const trustedHistory = (trust: TrustList, home: string): KeyHistory => ({
  home,
  periods: Object.fromEntries(
    trust.nodes.flatMap(({ node, eventKeys, ledgerKeys }) => [
      ...eventKeys.map((key) => [key.kid, { ...key, node }] as const),
      ...ledgerKeys.map(({ vkey, validFrom }, at) => {
        const kid = `${node}/ledger-${at + 1}`;
        return [kid, { kid, alg: 'EdDSA', publicJwk: parseVkey(vkey).publicJwk, validFrom, node } as const] as const;
      }),
    ]),
  ),
  reattested: {},
  confirmations: {},
});

interface Signed {
  readonly kid: string;
  readonly node: string;
  readonly event: CloudEvent;
}

/** The history after one more event of the log, which MUST be verified; an event that is no key event changes nothing. */
export const evolveKeys = (
  history: KeyHistory,
  signed: Signed,
  index: number,
): { readonly history: KeyHistory; readonly fault?: KeyEventFault } => {
  if (!isKeyEventType(signed.event.type)) return { history };
  const said = readKeyEvent(signed.event);
  if (said === undefined) return { history, fault: 'KEY_EVENT_MALFORMED' };
  if (signed.event.subject !== keyStreamOf(signed.node)) return { history, fault: 'KEY_STREAM_OF_ANOTHER_NODE' };
  const next = apply(history, signed, said, { index, time: signed.event.time });
  return typeof next === 'string' ? { history, fault: next } : { history: next };
};

const apply = (history: KeyHistory, signed: Signed, said: KeyEvent, mark: KeyMark): KeyHistory | KeyEventFault => {
  switch (said.type) {
    case 'introduced':
      return introduce(history, signed, said, mark);
    case 'revoked':
      return nodeOfKeyId(said.kid) === signed.node
        ? revokeOwn(history, signed, said, mark)
        : confirm(history, signed, said, mark);
    case 'reattested':
      return reattest(history, signed, said, mark);
  }
};

const introduce = (
  history: KeyHistory,
  { node, kid: by }: Signed,
  said: Extract<KeyEvent, { type: 'introduced' }>,
  mark: KeyMark,
): KeyHistory | KeyEventFault => {
  const { kid, alg, publicJwk, validFrom, possession } = said;
  if (nodeOfKeyId(kid) !== node) return 'KEY_OF_ANOTHER_NODE';
  if (history.periods[kid] !== undefined) return 'KEY_ID_REUSED';
  if (Object.values(history.periods).some((known) => known.publicJwk.x === publicJwk.x)) return 'PUBLIC_KEY_REUSED';
  if (!isPossessed({ kid, alg, publicJwk, validFrom }, by, possession)) return 'POSSESSION_INVALID';
  return withPeriod(history, { kid, alg, publicJwk, validFrom, node, introduced: { ...mark, by } });
};

type SaidRevoked = Extract<KeyEvent, { type: 'revoked' }>;

const revokeOwn = (
  history: KeyHistory,
  { kid: by }: Signed,
  said: SaidRevoked,
  mark: KeyMark,
): KeyHistory | KeyEventFault => {
  const period = history.periods[said.kid];
  if (period === undefined) return 'KEY_UNKNOWN';
  if (said.kid === by) return 'KEY_REVOKES_ITSELF';
  if (isGone(period, said)) return 'KEY_REVOKED_ALREADY';
  return revoke(history, period, said, mark, [by]);
};

/** A node that has no key left cannot say so: two others together may, and only take a key away, never give one. */
const confirm = (
  history: KeyHistory,
  { node }: Signed,
  said: SaidRevoked,
  mark: KeyMark,
): KeyHistory | KeyEventFault => {
  const period = history.periods[said.kid];
  if (period === undefined) return 'KEY_UNKNOWN';
  if (isGone(period, said)) return 'KEY_REVOKED_ALREADY';
  const topic = topicOf(said);
  const before = history.confirmations[topic] ?? [];
  if (before.some((earlier) => earlier.node === node)) return 'KEY_CONFIRMED_ALREADY';
  const all = [...before, { ...mark, node }];
  const next = { ...history, confirmations: { ...history.confirmations, [topic]: all } };
  if (all.length < PEERS_TO_REVOKE) return next;
  return revoke(
    next,
    period,
    said,
    mark,
    all.map((one) => one.node),
  );
};

/** Peers must mean the same: the key, the reason, and since when. */
const topicOf = ({ kid, reason, compromisedFrom }: Omit<SaidRevoked, 'type'>): string =>
  [kid, reason, compromisedFrom ?? ''].join(' ');

/** The nodes that have said this of a key of another node. */
export const confirmedBy = (history: KeyHistory, said: Omit<SaidRevoked, 'type'>): readonly string[] =>
  (history.confirmations[topicOf(said)] ?? []).map(({ node }) => node);

/** Whether nothing more is to be said of a key; that it had been stolen may be found out long after its end. */
const isGone = ({ revoked }: KeyPeriod, { reason }: SaidRevoked): boolean =>
  revoked !== undefined && (reason !== 'compromised' || revoked.reason === 'compromised');

const revoke = (
  history: KeyHistory,
  period: KeyPeriod,
  { reason, compromisedFrom }: SaidRevoked,
  mark: KeyMark,
  by: readonly string[],
): KeyHistory => {
  // Found stolen later, a key still ends where it ended.
  const { index, time } = period.revoked ?? mark;
  const revoked = { index, time, reason, by, ...(compromisedFrom === undefined ? {} : { compromisedFrom }) };
  const after = withPeriod(history, { ...period, revoked });
  if (compromisedFrom === undefined) return after;
  // What a thief may have introduced falls with the key, but not the key that says so, nor those that it came from.
  const spared = new Set(by.flatMap((kid) => introducersOf(history, kid)));
  return Object.values(history.periods)
    .filter((one) => one.introduced?.by === period.kid && one.introduced.time >= compromisedFrom)
    .filter((one) => !spared.has(one.kid) && one.revoked === undefined)
    .reduce(
      (fallen, one) =>
        revoke(fallen, one, { type: 'revoked', kid: one.kid, reason: 'compromised', compromisedFrom }, mark, by),
      after,
    );
};

const introducersOf = ({ periods }: KeyHistory, kid: string): readonly string[] => {
  const by = periods[kid]?.introduced?.by;
  return by === undefined ? [kid] : [kid, ...introducersOf({ periods } as KeyHistory, by)];
};

const reattest = (
  history: KeyHistory,
  { node }: Signed,
  said: Extract<KeyEvent, { type: 'reattested' }>,
  mark: KeyMark,
): KeyHistory | KeyEventFault => {
  if (nodeOfKeyId(said.kid) !== node) return 'KEY_OF_ANOTHER_NODE';
  if (history.periods[said.kid]?.revoked === undefined) return 'KEY_NOT_REVOKED';
  const added = said.events.map(({ id, digest }) => [id, { ...mark, kid: said.kid, id, digest }] as const);
  return { ...history, reattested: { ...history.reattested, ...Object.fromEntries(added) } };
};

const withPeriod = (history: KeyHistory, period: KeyPeriod): KeyHistory => ({
  ...history,
  periods: { ...history.periods, [period.kid]: period },
});

/** A key that signs, or once signed, the heads of a node's log. */
export interface LedgerKeyPeriod {
  readonly kid: string;
  readonly vkey: string;
  readonly revoked: Revocation | undefined;
}

/** The keys of a node's log: those of the trust list and those that were introduced later, in this order. */
export const ledgerKeysOf = ({ periods }: KeyHistory, node: string): readonly LedgerKeyPeriod[] =>
  Object.values(periods)
    .filter((period) => period.node === node && isLedgerKeyId(period.kid))
    .map(({ kid, publicJwk, revoked }) => ({ kid, vkey: vkeyOf(ledgerNameOf(node), publicJwk), revoked }));
