import type { Broker, OutgoingRecord } from '@delta-hub/broker';
import type { RecordedEvent } from '@delta-hub/event-store';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

/** What writing a topic of the node needs. */
export interface WriterDeps {
  readonly node: string;
  readonly feed: StoreFeed;
  readonly broker: Broker;
  readonly positions: Positions;
}

/**
 * Puts on one topic what each fact of the store gives for it: at least once, in the order of the store, from a position of
 * its own. An unknown outcome ends the attempt and the same records go out again.
 */
export const topicWriter = (
  { feed, broker, positions }: WriterDeps,
  name: string,
  topic: string,
  recordsOf: (recorded: RecordedEvent) => Promise<readonly OutgoingRecord[]>,
): StoreSubscriber =>
  new StoreSubscriber({
    name,
    feed,
    load: () => storePosition(positions, name),
    handle: async (events) => {
      const records = (await Promise.all(events.map(recordsOf))).flat();
      if (records.length > 0) await broker.publish(topic, records);
      saveStorePosition(positions, name, events);
    },
  });
