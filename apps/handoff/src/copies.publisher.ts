import type { OutgoingRecord } from '@delta-hub/broker';
import { eventName, type HubEvent, recipientById } from '@delta-hub/contracts';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { recordOf } from './outbound.publisher.js';
import { readEvent } from './signed-events.js';
import type { StoreSubscriber } from './subscriber.js';
import { topicWriter, type WriterDeps } from './topic-writer.js';

/** Under which name its position is kept. */
export const COPIES_PUBLISHER = 'copies';

/** The topic on which `node` tells the recipients of its province of their copies. Only that node writes it. */
export const copiesTopic = (node: string): string => `delta-hub.${node}.copies.v1`;

/**
 * Puts every copy for a recipient of this province, whichever node's agency sent it, on the topic of its node, keyed by
 * the recipient: the signed fact itself, with documents by their digests only. At least once, in the order of the store;
 * a system of the recipient tells repetitions by the fact's id. The correction of a copied fact follows to all its recipients.
 */
export const createCopiesPublisher = (deps: WriterDeps): StoreSubscriber =>
  topicWriter(deps, COPIES_PUBLISHER, copiesTopic(deps.node), (recorded) =>
    recordsFor(recorded, deps.node, deps.feed.store),
  );

const recordsFor = async (
  recorded: RecordedEvent,
  node: string,
  store: Pick<EventStore, 'read'>,
): Promise<readonly OutgoingRecord[]> => {
  const event = readEvent(recorded);
  const name = eventName(event.type);
  // Who reads the topic is not known by duty: the copies of a sealed case are in the inbox alone.
  if (event.dataclassification === 'MINOR_SEALED') return [];
  if (name === 'transfer.copy-sent') return toRecipients([(event as Copy).data], recorded, node);
  if (name !== 'transfer.fact-corrected') return [];
  const { fact, nth } = (event as HubEvent<'transfer.fact-corrected'>).data;
  const copies = (await store.read(event.subject))
    .filter(({ type, position }) => eventName(type) === 'transfer.copy-sent' && position < recorded.position)
    .map((each) => (readEvent(each) as Copy).data)
    .filter((copy) => copy.of === fact && copy.nth === nth);
  return toRecipients(copies, recorded, node);
};

type Copy = HubEvent<'transfer.copy-sent'>;

const toRecipients = (
  copies: readonly { readonly recipient?: string }[],
  recorded: RecordedEvent,
  node: string,
): readonly OutgoingRecord[] =>
  [...new Set(copies.map(({ recipient }) => recipient))]
    .filter((id) => id !== undefined && recipientById(id)?.node === node)
    .map((id) => recordOf(recorded, id ?? ''));
