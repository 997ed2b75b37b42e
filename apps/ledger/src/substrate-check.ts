import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { sameBytes } from '@delta-hub/ledger';
import { eventIdOf } from './authenticate.js';
import { type Anchor, assertSame } from './event-tail.js';
import type { LedgerStore, StoredEntry } from './ledger-store.js';
import { CHECKED_AT_START } from './recovery.js';

const READ_AT_ONCE = 1024;

/**
 * Compares the last entries of the log with the event store they came from, and gives the very last one.
 * @throws LedgerFault `SUBSTRATE_DIVERGENCE`
 */
export const checkSubstrate = async (
  events: EventStore,
  store: LedgerStore,
  size: number,
): Promise<Anchor | undefined> => {
  let anchor: Anchor | undefined;
  for (let from = Math.max(0, size - CHECKED_AT_START); from < size; from += READ_AT_ONCE) {
    const entries = store.entries(from, Math.min(size, from + READ_AT_ONCE));
    await compare(events, store, entries);
    anchor = anchorOf(entries.at(-1)) ?? anchor;
  }
  return anchor;
};

const compare = async (events: EventStore, store: LedgerStore, entries: readonly StoredEntry[]): Promise<void> => {
  let before = (entries[0]?.storePosition ?? 0n) - 1n;
  const waiting = [...entries];
  while (waiting.length > 0) {
    const found = await events.readAll(before < 0n ? undefined : before, READ_AT_ONCE);
    const last = found.at(-1);
    for (const event of found) {
      const next = anchorOf(waiting[0]);
      if (next === undefined) break;
      if (isRepeated(event, next, store)) continue;
      assertSame(next, event);
      waiting.shift();
    }
    const missing = anchorOf(waiting[0]);
    if (last === undefined && missing !== undefined) assertSame(missing, undefined);
    before = last?.position ?? before;
  }
};

/** An event that came twice is one entry, where it came first. */
const isRepeated = (event: RecordedEvent, next: Anchor, store: LedgerStore): boolean => {
  if (event.id === next.id) return false;
  const position = store.positionsOf([event.id]).get(event.id);
  if (position === undefined) return false;
  const entry = store.entries(position, position + 1).at(0);
  return entry !== undefined && entry.storePosition < event.position && sameBytes(entry.leaf, event.data);
};

const anchorOf = (entry: StoredEntry | undefined): Anchor | undefined =>
  entry === undefined ? undefined : { id: eventIdOf(entry.leaf), position: entry.storePosition, data: entry.leaf };
