import type { NodeId } from './agency.js';
import type { Instant } from './instant.js';
import { type Outage, STALE_AFTER_MINUTES } from './line.js';
import type { StateKey } from './transfer.state.js';

/** How a fact came to the node that judges: when it was signed where it was written, and when this node took it. */
export interface Arrival {
  readonly signedAt: Instant;
  readonly receivedAt: Instant;
}

/** An outage of which both sides' heartbeats have been verified. */
export interface DeclaredOutage extends Outage {
  /** The id of the fact `outage.declared`. */
  readonly id: string;
}

/** What the node that judges the limits of a case knows of the line to the other party. */
export interface Transmission {
  /** By the key of the act; an act that is not there is judged by when it was done. */
  readonly arrivals: Readonly<Partial<Record<StateKey, Arrival>>>;
  readonly outages: readonly DeclaredOutage[];
}

/** Everything is known as it is done. */
export const AT_ONCE: Transmission = { arrivals: {}, outages: [] };

/**
 * The outage because of which a fact could not be here by an instant although it had been signed before: one between the
 * two nodes that lasted from its signing to that instant. Heartbeats tell the edges of an outage to within the minutes in
 * which nobody is silent yet, so much is left at both ends.
 */
export const excuse = (
  { signedAt, receivedAt }: Arrival,
  due: Instant,
  nodes: readonly NodeId[],
  outages: readonly DeclaredOutage[],
): DeclaredOutage | undefined =>
  signedAt >= due || receivedAt < due
    ? undefined
    : outages.find(
        (outage) => Date.parse(outage.from) - SLACK_MS <= Date.parse(signedAt) && excusesAt(outage, due, nodes),
      );

/** Whether the line between two nodes was cut at an instant, as far as an outage tells. */
export const excusesAt = ({ node, peer, from, until }: Outage, due: Instant, nodes: readonly NodeId[]): boolean =>
  node !== peer &&
  nodes.includes(node) &&
  nodes.includes(peer) &&
  Date.parse(from) - SLACK_MS <= Date.parse(due) &&
  Date.parse(due) <= Date.parse(until) + SLACK_MS;

const SLACK_MS = STALE_AFTER_MINUTES * 60_000;
