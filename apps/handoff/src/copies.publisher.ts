import type { Broker, OutgoingRecord } from '@delta-hub/broker';
import { eventName, type HubEvent, recipientById } from '@delta-hub/contracts';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { recordOf } from './outbound.publisher.js';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import { readEvent } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

const NAME = 'copies';

/** The topic on which `node` tells the recipients of its province of their copies. Only that node writes it. */
export const copiesTopic = (node: string): string => `delta-hub.${node}.copies.v1`;

/**
 * Puts every copy for a recipient of this province, whichever node's agency sent it, on the topic of its node, keyed by
 * the recipient: the signed fact itself, with documents by their digests only. At least once, in the order of the store;
 * a system of the recipient tells repetitions by the fact's id. The correction of a copied fact follows to all its recipients.
 */
export const createCopiesPublisher = (deps: {
  readonly node: string;
  readonly feed: StoreFeed;
  readonly broker: Broker;
  readonly positions: Positions;
}): StoreSubscriber =>
  new StoreSubscriber({
    name: NAME,
    feed: deps.feed,
    load: () => storePosition(deps.positions, NAME),
    handle: async (events) => {
      const records: OutgoingRecord[] = [];
      for (const recorded of events) records.push(...(await recordsFor(recorded, deps.node, deps.feed.store)));
      if (records.length > 0) await deps.broker.publish(copiesTopic(deps.node), records);
      saveStorePosition(deps.positions, NAME, events);
    },
  });

const recordsFor = async (
  recorded: RecordedEvent,
  node: string,
  store: Pick<EventStore, 'read'>,
): Promise<readonly OutgoingRecord[]> => {
  const event = readEvent(recorded);
  const name = eventName(event.type);
  // Who reads the topic is not known by duty: the copies of a sealed case are in the inbox alone.
  if (event.dataclassification === 'MINOR_SEALED') return [];
  if (name === 'transfer.copy-sent') return toRecipients([(event as Copy).data.recipient], recorded, node);
  if (name !== 'transfer.fact-corrected') return [];
  const { fact } = (event as HubEvent<'transfer.fact-corrected'>).data;
  const copies = (await store.read(event.subject))
    .filter(({ type, position }) => eventName(type) === 'transfer.copy-sent' && position < recorded.position)
    .map((each) => (readEvent(each) as Copy).data)
    .filter(({ of }) => of === fact);
  return toRecipients([...new Set(copies.map(({ recipient }) => recipient))], recorded, node);
};

type Copy = HubEvent<'transfer.copy-sent'>;

const toRecipients = (ids: readonly string[], recorded: RecordedEvent, node: string): readonly OutgoingRecord[] =>
  ids.filter((id) => recipientById(id)?.node === node).map((id) => recordOf(recorded, id));
