import { eventName, type HubEvent } from '@delta-hub/contracts';
import type { RecordedEvent } from '@delta-hub/event-store';
import { stateOf } from './signed-events.js';

/** What a fact waits for that was done after another one of its case which is not here. */
export const CAUSE_UNKNOWN = 'CAUSE_UNKNOWN';

/**
 * Whether a fact of a case was done after another that this node is to have and has not: it was lost on the way, or is
 * late. Both parties have every fact of a case; whoever has only copies of it has not what they were made after.
 */
export const lacksCause = (event: HubEvent, stream: readonly RecordedEvent[], node: string): boolean => {
  const name = eventName(event.type);
  const before = [event.causationid, event.previousid].filter((id) => id !== undefined);
  if (name?.startsWith('transfer.') !== true || before.every((cause) => stream.some(({ id }) => id === cause)))
    return false;
  if (stream.length === 0) return name !== 'transfer.copy-sent';
  const applied = stateOf(stream)['transfer.applied']?.data;
  return applied?.originNode === node || applied?.receivingNode === node;
};
