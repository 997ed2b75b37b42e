import type { Instant } from './instant.js';

/** 心跳: what a node says of the line at an instant, signed: its own count, and whom it heard last. */
export interface Beat {
  /** Two digits, e.g. `34`. */
  readonly node: string;
  /** Counts every heartbeat of the node, sent or not. */
  readonly sequence: number;
  readonly time: Instant;
  /** The last heartbeat heard of each other node. */
  readonly heard: readonly Heard[];
  /** How many facts of its own it has sent so far to each other node. */
  readonly told: readonly Told[];
}

export interface Heard {
  readonly node: string;
  readonly sequence: number;
  readonly time: Instant;
  /** How many facts that node had told of are missing 缺失, though everything on its topic has been read; absent when none. */
  readonly lacks?: number;
}

export interface Told {
  readonly node: string;
  readonly facts: number;
}

/** A node that has not been heard for longer is stale; a shorter silence is no outage (proposal, domain G9). */
export const STALE_AFTER_MINUTES = 5;
const STALE_AFTER_MS = STALE_AFTER_MINUTES * 60_000;

/** Whether a node that was heard last at `heard` has been silent for too long; one that was never heard has. */
export const isSilent = (heard: Instant | undefined, now: Instant): boolean =>
  heard === undefined || Date.parse(now) - Date.parse(heard) > STALE_AFTER_MS;

/**
 * How far the clock of another node is off at least, in milliseconds: positive when it goes ahead of the clock of `self`,
 * which says `now`; negative when it goes behind. Undefined while nothing shows more than five minutes. A heartbeat cannot
 * be signed after it is here, nor before one of ours that it has heard; a delay alone shows nothing.
 */
export const skewOf = ({ time, heard }: Beat, self: string, now: Instant): number | undefined => {
  const ahead = Date.parse(time) - Date.parse(now);
  if (ahead > STALE_AFTER_MS) return ahead;
  const ours = heard.find(({ node }) => node === self)?.time;
  const behind = ours === undefined ? 0 : Date.parse(time) - Date.parse(ours);
  return behind < -STALE_AFTER_MS ? behind : undefined;
};

/**
 * What both sides of a line say of its outage 中断: neither can invent one alone.
 * `before` is the last heartbeat of a node that its peer heard, `alone` a later one that it could not send, `peer` one of
 * the peer from the same time.
 */
export interface OutageEvidence {
  readonly before: Beat;
  readonly alone: Beat;
  readonly peer: Beat;
}

/** A time during which neither side heard the other, as both of them say. */
export interface Outage {
  readonly node: string;
  readonly peer: string;
  readonly from: Instant;
  readonly until: Instant;
}

export type OutageFlaw =
  'NOT_ONE_NODE' | 'PEER_HEARD_THE_NODE' | 'NODE_HEARD_THE_PEER' | 'SHORTER_THAN_AN_OUTAGE' | 'NOT_IN_ORDER';

/** Reads an outage out of its evidence, or says why the evidence shows none. Signatures are verified before. */
export const outageOf = ({ before, alone, peer }: OutageEvidence): Outage | { readonly flaw: OutageFlaw } => {
  if (before.node !== alone.node || before.node === peer.node) return { flaw: 'NOT_ONE_NODE' };
  if (alone.sequence <= before.sequence || alone.time <= before.time || peer.time <= before.time)
    return { flaw: 'NOT_IN_ORDER' };
  const heardByPeer = peer.heard.find(({ node }) => node === before.node);
  if (heardByPeer?.sequence !== before.sequence) return { flaw: 'PEER_HEARD_THE_NODE' };
  const heardByNode = alone.heard.find(({ node }) => node === peer.node);
  if (heardByNode !== undefined && heardByNode.sequence >= peer.sequence) return { flaw: 'NODE_HEARD_THE_PEER' };
  const until = alone.time < peer.time ? alone.time : peer.time;
  if (Date.parse(until) - Date.parse(before.time) <= STALE_AFTER_MS) return { flaw: 'SHORTER_THAN_AN_OUTAGE' };
  return { node: before.node, peer: peer.node, from: before.time, until };
};
