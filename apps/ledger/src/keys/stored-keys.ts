import { type KeyHistory, keyHistoryOf, keyStreamOf, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';

/** The key history of a node as its event store has it; positions in the store stand for the indexes of the log that follows it. */
export const storedKeys = async (
  events: Pick<EventStore, 'read'>,
  trust: TrustList,
  node: string,
): Promise<KeyHistory> => {
  const streams = await Promise.all(trust.nodes.map((trusted) => events.read(keyStreamOf(trusted.node))));
  const found = streams.flat().map(({ position, data }) => ({ index: Number(position), jws: data }));
  return keyHistoryOf(trust, node, found);
};
