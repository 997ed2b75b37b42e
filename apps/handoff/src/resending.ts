import type { Broker } from '@delta-hub/broker';
import type { EventStore } from '@delta-hub/event-store';
import type { LineLog } from './line-log.js';
import { eventsTopic, type Outgoing, PUBLISHER } from './outbound.publisher.js';
import { type Positions, storePosition } from './positions.js';

const AT_ONCE = 256;
/** What a peer cannot take it will not take the next time either: it is sent again after 1, 2, 4 heartbeats, 256 at most. */
const MOST_DOUBLINGS = 8;

interface Deps {
  readonly node: string;
  readonly store: Pick<EventStore, 'readAll'>;
  readonly broker: Pick<Broker, 'publish'>;
  readonly positions: Positions;
  readonly log: Pick<LineLog, 'sequence'>;
  readonly outgoing: Outgoing;
}

/**
 * Sends again what a peer says it lacks: every fact that was sent to it, since a count does not tell which are missing.
 * It takes each once, so more than it needs does no harm.
 */
export class Resending {
  private readonly asked = new Map<string, { readonly times: number; readonly notBefore: number }>();
  private readonly running = new Map<string, Promise<void>>();
  private stopped = false;

  constructor(private readonly deps: Deps) {}

  /** A peer lacks nothing of what it was told. */
  satisfied(peer: string): void {
    this.asked.delete(peer);
  }

  /** A peer lacks something, by the heartbeat of this node with that sequence: one from before the last sending is no news. */
  ask(peer: string, heard: number): void {
    const before = this.asked.get(peer) ?? { times: 0, notBefore: 0 };
    if (this.stopped || this.running.has(peer) || heard <= before.notBefore) return;
    const sending = this.sendAll(peer)
      .then(() => {
        const times = Math.min(before.times + 1, MOST_DOUBLINGS);
        this.asked.set(peer, { times, notBefore: this.deps.log.sequence() + 2 ** before.times - 1 });
      })
      .catch(() => undefined) // the line is down again: the peer will say again what it lacks
      .then(() => void this.running.delete(peer));
    this.running.set(peer, sending);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
  }

  private async sendAll(peer: string): Promise<void> {
    const { node, store, broker, positions, outgoing } = this.deps;
    const sent = storePosition(positions, PUBLISHER) ?? -1n;
    for (let after: bigint | undefined; !this.stopped;) {
      const events = (await store.readAll(after, AT_ONCE)).filter(({ position }) => position <= sent);
      const last = events.at(-1);
      if (last === undefined) return;
      const records = (await Promise.all(events.map((event) => outgoing(event, peer)))).flat();
      if (records.length > 0) await broker.publish(eventsTopic(node), records);
      after = last.position;
    }
  }
}
