import { eventName, type HubEvent } from '@delta-hub/contracts';
import { v5 as uuidv5 } from 'uuid';
import { type Positions, saveStorePosition, storePosition } from './positions.js';
import { Handle, type Outcome } from './requests.js';
import { nodeOfSource, readEvent } from './signed-events.js';
import type { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';

const NAME = 'receipts';
const RECEIPT_NAMESPACE = '3f1f1f4e-51f5-5c0f-8f0e-7a1e4f6b9c33';

/**
 * Records that a letter of consultation has entered this node's system, which is when it counts as received (电子签名法 11).
 * The command's key comes from the letter's id, so doing it twice records it once.
 */
export const createReceipts = (deps: {
  readonly node: string;
  readonly feed: StoreFeed;
  readonly positions: Positions;
  readonly execute: (handle: Handle) => Promise<Outcome>;
}): StoreSubscriber =>
  new StoreSubscriber({
    name: NAME,
    feed: deps.feed,
    load: () => storePosition(deps.positions, NAME),
    handle: async (events) => {
      const letters = events.filter(({ type }) => eventName(type) === 'transfer.consultation-sent').map(readEvent);
      for (const letter of letters) if (nodeOfSource(letter.source) !== deps.node) await receive(letter, deps);
      saveStorePosition(deps.positions, NAME, events);
    },
  });

const receive = async (
  letter: HubEvent,
  deps: { readonly node: string; readonly feed: StoreFeed; readonly execute: (handle: Handle) => Promise<Outcome> },
): Promise<void> => {
  const [opening] = await deps.feed.store.read(letter.subject);
  const applied = opening === undefined ? undefined : (readEvent(opening) as HubEvent<'transfer.applied'>);
  if (applied === undefined || eventName(applied.type) !== 'transfer.applied') return;
  await deps.execute(
    new Handle(
      { type: 'RecordConsultationReceived', input: { transferId: letter.subject } },
      uuidv5(letter.id, RECEIPT_NAMESPACE),
      { officerId: `node-${deps.node}`, role: 'system', agencyId: applied.data.receiving, node: deps.node },
    ),
  );
};
