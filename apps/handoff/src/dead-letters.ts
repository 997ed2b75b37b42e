import type { Broker, OutgoingRecord } from '@delta-hub/broker';
import { eventName, type HubEvent } from '@delta-hub/contracts';
import type { RecordedEvent } from '@delta-hub/event-store';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import { nodeOfSource, readEvent } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

/** Under which name its position is kept. */
export const DEAD_LETTERS = 'dead-letters';

/** The topic on which `node` shows the records that it refused. Only that node writes it. */
export const deadLettersTopic = (node: string): string => `delta-hub.${node}.dlq.v1`;

/**
 * Puts every record that this node refused on its topic of dead letters: the bytes as they came, with where they came from
 * and why they were refused as headers. The signed refusal is the fact; this is for those who watch topics.
 */
export const createDeadLetters = (deps: {
  readonly node: string;
  readonly feed: StoreFeed;
  readonly broker: Broker;
  readonly positions: Positions;
}): StoreSubscriber =>
  new StoreSubscriber({
    name: DEAD_LETTERS,
    feed: deps.feed,
    load: () => storePosition(deps.positions, DEAD_LETTERS),
    handle: async (events) => {
      const letters = events.flatMap((recorded) => letterOf(recorded, deps.node) ?? []);
      if (letters.length > 0) await deps.broker.publish(deadLettersTopic(deps.node), letters);
      saveStorePosition(deps.positions, DEAD_LETTERS, events);
    },
  });

const letterOf = (recorded: RecordedEvent, node: string): OutgoingRecord | undefined => {
  const event = readEvent(recorded);
  if (eventName(event.type) !== 'refusal.issued' || nodeOfSource(event.source) !== node) return undefined;
  const { data, id } = event as HubEvent<'refusal.issued'>;
  return {
    key: data.topic,
    // What was too large to be kept is not here either; its digest is.
    value: Buffer.from(data.refusedEvidence ?? '', 'base64url'),
    headers: {
      'dlq-topic': data.topic,
      'dlq-partition': `${data.partition}`,
      'dlq-offset': data.offset,
      'dlq-check': data.check,
      'dlq-class': data.transient ? 'transient' : 'permanent',
      'dlq-first-seen': data.occurredAt,
      'dlq-digest': data.refusedDigest,
      'dlq-size': `${data.refusedSize}`,
      'dlq-refusal': id,
      ...(data.refusedJws === undefined ? {} : { jws: data.refusedJws }),
    },
  };
};
