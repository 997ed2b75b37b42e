import type { Broker, OutgoingRecord } from '@delta-hub/broker';
import { toDetached } from '@delta-hub/crypto';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { type Positions, storePosition } from './positions.js';
import { jwsOf, nodeOfSource, readEvent } from './signed-events.js';
import { StoreSubscriber } from './subscriber.js';

const NAME = 'publisher';
const BATCH = 256;

/** The topic that only `node` writes. */
export const eventsTopic = (node: string): string => `delta-hub.${node}.events.v1`;

/** The record of one signed event: the canonical CloudEvent as value, the detached signature beside it (RFC 7515 appendix F). */
export const recordOf = (event: RecordedEvent, key: string): OutgoingRecord => {
  const { payload, detached } = toDetached(jwsOf(event));
  return { key, value: payload, headers: { 'content-type': 'application/cloudevents+json', jws: detached } };
};

/**
 * Sends every event of this node that another node is to have, in the order of the store.
 * The stream is the outbox: there is no second write. An unknown outcome ends the attempt and the same records go out again.
 */
export const createPublisher = (deps: {
  readonly node: string;
  readonly store: EventStore;
  readonly broker: Broker;
  readonly positions: Positions;
}): StoreSubscriber => {
  const load = (): bigint | undefined => storePosition(deps.positions, NAME);
  let done = load();

  const outgoing = (recorded: RecordedEvent): OutgoingRecord[] => {
    const event = readEvent(recorded);
    const isOwn = nodeOfSource(event.source) === deps.node;
    const goesOut = event.recipients.split(',').some((recipient) => recipient !== '' && recipient !== deps.node);
    return isOwn && goesOut ? [recordOf(recorded, event.partitionkey)] : [];
  };

  return new StoreSubscriber({
    name: NAME,
    store: deps.store,
    load,
    handle: async (event) => {
      if (done !== undefined && event.position <= done) return;
      const batch = await deps.store.readAll(done, BATCH);
      const records = batch.flatMap(outgoing);
      if (records.length > 0) await deps.broker.publish(eventsTopic(deps.node), records);
      done = batch.at(-1)?.position ?? event.position;
      deps.positions.set(NAME, done.toString());
    },
  });
};
