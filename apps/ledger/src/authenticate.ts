import { type KeyRule, openEvent } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import type { Evidence } from './ledger-fault.js';

/** What is wrong with a stored event. */
export interface EventFlaw extends Evidence {
  /** The check of `openEvent` that failed, or the column of the event store that differs from the signed event. */
  readonly what: 'SIZE' | 'FORM' | 'KEY' | 'SIGNATURE' | 'CANONICAL' | 'ID' | 'TYPE' | 'STREAM';
}

/**
 * Verifies a stored event from its bytes: strict form, trusted key, signature, canonical payload; then that its row in
 * the event store says what the signed event says. Undefined when all is well.
 */
export const flawOf = (
  { id, type, stream, data }: Pick<RecordedEvent, 'id' | 'type' | 'stream' | 'data'>,
  keys: KeyRule,
): EventFlaw | undefined => {
  const opened = openEvent(data, keys);
  if (!opened.ok)
    return { what: opened.check, eventId: id, expected: 'a signed event of a trusted node', found: opened.detail };
  const { event } = opened;
  const columns = [
    { what: 'ID', expected: event.id, found: id },
    { what: 'TYPE', expected: event.type, found: type },
    { what: 'STREAM', expected: event.subject, found: stream },
  ] as const;
  const wrong = columns.find(({ expected, found }) => expected !== found);
  return wrong === undefined ? undefined : { eventId: event.id, ...wrong };
};

/** The id of the event in a leaf that is known to be one: nothing is verified. */
export const eventIdOf = (leaf: Uint8Array): string => {
  const [, payload = ''] = Buffer.from(leaf).toString('latin1').split('.');
  return String((JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { id?: unknown }).id);
};
