import type { Broker } from '@delta-hub/broker';
import type { EventStore } from '@delta-hub/event-store';
import type { Beat, Told } from '@delta-hub/handoff';
import { CAUSE_UNKNOWN } from './causes.js';
import type { HeldRecords } from './held-records.js';
import { consumerName } from './inbound.consumer.js';
import { lagOf } from './lag.js';
import { eventsTopic, PUBLISHER } from './outbound.publisher.js';
import { type Positions, storePosition } from './positions.js';
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
  /** By the last look at each peer that could tell. */
  private readonly missing = new Map<string, number>();

  constructor(private readonly deps: Deps) {}

  /** How many facts that the peer had told of were missing when it was last looked at. */
  lacks(peer: string): number {
    return this.missing.get(peer) ?? 0;
  }

  /** Whether the peer's last heartbeat told of nothing that is not here. */
  hasAllOf(peer: string): boolean {
    return this.missing.get(peer) === 0;
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
    // What cannot be told now the next heartbeat asks again.
    const missing = await this.missingOf(peer, facts).catch(() => undefined);
    if (missing !== undefined) this.missing.set(peer, missing);
    else if (this.hasAllOf(peer)) this.missing.delete(peer);
    const own = heard.find((one) => one.node === node);
    if (own?.lacks === undefined) resending.satisfied(peer);
    else resending.ask(peer, own.sequence);
  }

  /** Of so many facts that a peer has told of; undefined while it cannot be told: something is still on its way. */
  private async missingOf(peer: string, facts: number): Promise<number | undefined> {
    const { readModels, held } = this.deps;
    const { tally } = readModels;
    if (facts === tally.taken(peer)) return 0;
    // The peer sends again what it had sent before, and tells of as much as it has got to.
    if (facts < tally.taken(peer)) return undefined;
    if (!(await this.hasReadAll(peer))) return undefined;
    const waiting = held.waiting(eventsTopic(peer), CAUSE_UNKNOWN);
    const missing = facts - tally.taken(peer) - tally.refused(peer) - waiting.all;
    return Math.max(missing, waiting.forReason > 0 ? 1 : 0);
  }

  /** Whether the peer's topic has been read to its end, and all of that is counted. */
  private async hasReadAll(peer: string): Promise<boolean> {
    const { broker, store, positions, projector } = this.deps;
    if ((await lagOf(broker, eventsTopic(peer), positions.placesOf(consumerName(peer)))) !== 0) return false;
    const head = await store.head();
    if (head !== undefined) await projector.waitFor(head);
    return true;
  }
}
