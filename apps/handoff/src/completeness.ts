import type { Broker } from '@delta-hub/broker';
import type { EventStore } from '@delta-hub/event-store';
import type { Beat, Told } from '@delta-hub/handoff';
import { CAUSE_UNKNOWN } from './causes.js';
import type { HeldRecords } from './held-records.js';
import { consumerName } from './inbound.consumer.js';
import { lagOf } from './lag.js';
import { eventsTopic, PUBLISHER } from './outbound.publisher.js';
import { positionsIn, type Positions, storePosition } from './positions.js';
import type { Projector } from './projections.js';
import type { ReadModels } from './read-models.js';
import type { Resending } from './resending.js';

interface Deps {
  readonly node: string;
  readonly peers: readonly string[];
  readonly broker: Broker;
  readonly store: Pick<EventStore, 'head'>;
  readonly positions: Positions;
  readonly projector: Pick<Projector, 'waitFor'>;
  readonly readModels: Pick<ReadModels, 'tally'>;
  readonly held: HeldRecords;
  readonly resending: Pick<Resending, 'ask' | 'satisfied'>;
}

/**
 * Whether everything is here that a peer has sent. Each says in its heartbeats how many facts it has sent to each other;
 * what was lost or held back on the way shows as a difference, whoever runs the way.
 */
export class Completeness {
  private readonly missing = new Map<string, number>();

  constructor(private readonly deps: Deps) {}

  /** How many facts that the peer had told of were missing when it was last looked at. */
  lacks(peer: string): number {
    return this.missing.get(peer) ?? 0;
  }

  /** How many facts each peer has been sent; only what the broker has taken counts. */
  told(): readonly Told[] {
    const { peers, positions, readModels } = this.deps;
    const sent = storePosition(positions, PUBLISHER) ?? -1n;
    return peers.map((node) => ({ node, facts: readModels.tally.told(node, sent) }));
  }

  /** Compares what a heartbeat tells with what is here, and sends again what it says is missing there. */
  async compare({ node: peer, told, heard }: Beat): Promise<void> {
    const { node, resending } = this.deps;
    const facts = told.find((one) => one.node === node)?.facts ?? 0;
    await this.lookAt(peer, facts).catch(() => undefined); // what cannot be told now the next heartbeat asks again
    const own = heard.find((one) => one.node === node);
    if (own?.lacks === undefined) resending.satisfied(peer);
    else resending.ask(peer, own.sequence);
  }

  /** Says nothing new while something is still on its way, or waits for what comes another way. */
  private async lookAt(peer: string, facts: number): Promise<void> {
    const { tally } = this.deps.readModels;
    if (facts <= tally.taken(peer)) return void this.missing.delete(peer);
    if (!(await this.hasReadAll(peer))) return;
    const waiting = this.deps.held.waiting(eventsTopic(peer), CAUSE_UNKNOWN);
    const isCauseMissing = waiting.forReason > 0;
    if (waiting.all > 0 && !isCauseMissing) return;
    const missing = facts - tally.taken(peer) - tally.refused(peer) - waiting.all;
    this.missing.set(peer, Math.max(missing, isCauseMissing ? 1 : 0));
  }

  /** Whether the peer's topic has been read to its end, and all of that is counted. */
  private async hasReadAll(peer: string): Promise<boolean> {
    const { broker, store, positions, projector } = this.deps;
    if ((await lagOf(broker, eventsTopic(peer), positionsIn(positions, consumerName(peer)))) !== 0) return false;
    const head = await store.head();
    if (head !== undefined) await projector.waitFor(head);
    return true;
  }
}
