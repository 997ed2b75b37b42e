import { isInDoubt, type KeyHistory, openEvent, ruleAt } from '@delta-hub/crypto';
import { inclusionPath, type NodeReader, verifyInclusion } from '@delta-hub/ledger';
import { sha256Tree } from '../log-identity.js';
import type { TreeState } from '../ledger-store.js';

/** One entry of a replay. What the event says is `undefined` where it does not verify: nothing of it is to be believed. */
export interface ReplayedEntry {
  /** Leaf index, from 0. */
  readonly index: number;
  /**
   * `VERIFIED`; `IN_DOUBT`: verified, but its key was compromised before witnesses had seen it; the check of the event that failed; or
   * `NOT_INCLUDED`: the entry is not under the head.
   */
  readonly verdict:
    'VERIFIED' | 'IN_DOUBT' | `EVENT_${'SIZE' | 'FORM' | 'KEY' | 'SIGNATURE' | 'CANONICAL'}` | 'NOT_INCLUDED';
  readonly event: ReplayedEvent | undefined;
}

/** UTC instants. */
export interface ReplayedEvent {
  readonly id: string;
  /** Of the key that signed: `<node>/<n>`. */
  readonly kid: string;
  readonly type: string;
  /** When it was signed. */
  readonly time: string;
  /** When the act happened; undefined for an event without an act. */
  readonly occurredAt: string | undefined;
  readonly actor: { readonly officerId: string; readonly role: string; readonly agencyId: string } | undefined;
  /** `urn:delta-hub:node:<node>`, the node that signed. */
  readonly source: string;
  /** The stream, which is also the case. */
  readonly subject: string;
}

/** Which keys are good for which entries, and what was witnessed before a key was stolen. */
export interface DoubtRule {
  readonly history: KeyHistory;
  /** How many entries witnesses had cosigned by an instant. */
  readonly witnessedBy: (instant: string) => number;
}

/** Verifies one entry as of a head: the event by its keys, the entry by its proof of inclusion. */
export const replayedEntry = (
  index: number,
  leaf: Uint8Array,
  { history, witnessedBy }: DoubtRule,
  { size, root }: TreeState,
  nodes: NodeReader,
): ReplayedEntry => {
  const opened = openEvent(leaf, ruleAt(history, index));
  if (!opened.ok) return { index, verdict: `EVENT_${opened.check}`, event: undefined };
  const path = inclusionPath(sha256Tree, nodes, index, size);
  if (!verifyInclusion(sha256Tree, { index, size, leafHash: sha256Tree.leaf(leaf), path, root }))
    return { index, verdict: 'NOT_INCLUDED', event: undefined };
  const { id, type, time, source, subject } = opened.event;
  const { kid, jws } = opened;
  const data = recordOf(opened.event.data);
  return {
    index,
    verdict: isInDoubt(history, { kid, id, jws, index }, witnessedBy) ? 'IN_DOUBT' : 'VERIFIED',
    event: { id, kid, type, time, occurredAt: textIn(data, 'occurredAt'), actor: actorIn(data), source, subject },
  };
};

const actorIn = (data: Readonly<Record<string, unknown>>): ReplayedEvent['actor'] => {
  const actor = recordOf(data['actor']);
  const [officerId, role, agencyId] = ['officerId', 'role', 'agencyId'].map((name) => textIn(actor, name));
  return officerId === undefined || role === undefined || agencyId === undefined
    ? undefined
    : { officerId, role, agencyId };
};

export const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const textIn = (record: Readonly<Record<string, unknown>>, name: string): string | undefined => {
  const value = record[name];
  return typeof value === 'string' ? value : undefined;
};
