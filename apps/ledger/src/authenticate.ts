import { type KeyRule, type OpenedEvent, openEvents, type RefusedEvent } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import type { Evidence } from './ledger-fault.js';

/** What is wrong with a stored event. */
export interface EventFlaw extends Evidence {
  /** The check of `openEvent` that failed, or the column of the event store that differs from the signed event. */
  readonly what: 'SIZE' | 'FORM' | 'KEY' | 'SIGNATURE' | 'CANONICAL' | 'ID' | 'TYPE' | 'STREAM';
}

/** What is compared of a stored event. */
type Compared = Pick<RecordedEvent, 'id' | 'type' | 'stream' | 'data'>;

/**
 * Verifies stored events from their bytes: strict form, trusted key, signature, canonical payload; then that the row of
 * each in the event store says what the signed event says. What is wrong with the first that is not as it should be.
 */
export const firstFlaw = (events: readonly Compared[], keysAt: (index: number) => KeyRule): EventFlaw | undefined => {
  const opened = openEvents(
    events.map(({ data }) => data),
    keysAt,
  );
  for (const [index, event] of events.entries()) {
    const flaw = flawBeside(event, opened[index]!);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
};

const flawBeside = ({ id, type, stream }: Compared, opened: OpenedEvent | RefusedEvent): EventFlaw | undefined => {
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
