import type { CloudEvent } from '@delta-hub/crypto';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { sameBytes } from '@delta-hub/ledger';
import type { StoredEntry } from '../ledger-store.js';
import type { Finding } from './report.js';
import { StoreCursor } from './store-cursor.js';
import type { StoredLog } from './stored-log.js';

type Flaw = Pick<Finding, 'what' | 'expected' | 'found'>;

/** Checks what stands around an authentic entry: the rows that find it, and its event in the event store. */
export class EntryCheck {
  readonly #log: StoredLog;
  readonly #cursor: StoreCursor;
  #events = 0;

  /** Begins behind the event of the store at position `after`. */
  constructor(log: StoredLog, eventStore: EventStore, after?: bigint) {
    this.#log = log;
    this.#cursor = new StoreCursor(eventStore, after);
  }

  /** How many events of the store were compared with entries. */
  get events(): number {
    return this.#events;
  }

  async fault(entry: StoredEntry, event: CloudEvent): Promise<Flaw | undefined> {
    const idRow = this.#idFault(entry, event);
    if (idRow !== undefined) return idRow;
    const stored = await this.nextEvent(entry.position);
    const fault = storeFault(entry, event, stored) ?? this.#streamFault(entry, event, stored?.revision ?? 0n);
    if (fault === undefined) this.#events += 1;
    return fault;
  }

  /** The next event of the store that is not the repetition of an entry before `position`. */
  async nextEvent(position: number): Promise<RecordedEvent | undefined> {
    for (;;) {
      const event = await this.#cursor.next();
      if (event === undefined || !this.#isRepetition(event, position)) return event;
    }
  }

  #idFault({ position, leaf }: StoredEntry, { id }: CloudEvent): Flaw | undefined {
    const found = this.#log.positionOfId(id);
    if (found === position) return undefined;
    const isTwice = found !== undefined && this.#holds(found, leaf);
    return { what: isTwice ? 'EVENT_REPEATED' : 'ID_ROW', ...places(position, found) };
  }

  #streamFault({ position }: StoredEntry, { subject }: CloudEvent, revision: bigint): Flaw | undefined {
    const found = this.#log.positionInStream(subject, revision);
    if (found !== position) return { what: 'STREAM_ROW', ...places(position, found) };
    if (revision === 0n) return undefined;
    const before = this.#log.positionInStream(subject, revision - 1n);
    return before !== undefined && before < position
      ? undefined
      : { what: 'STREAM_ROW', expected: `revision ${revision - 1n} before position ${position}`, found: place(before) };
  }

  #isRepetition({ id, data }: RecordedEvent, position: number): boolean {
    const earlier = isUuid(id) ? this.#log.positionOfId(id) : undefined;
    return earlier !== undefined && earlier < position && this.#holds(earlier, data);
  }

  #holds(position: number, leaf: Uint8Array): boolean {
    const [entry] = this.#log.entries(position - 1, 1);
    return entry?.position === position && sameBytes(entry.leaf, leaf);
  }
}

/** The event store must have the entry's event, byte for byte, where the entry says it came from. */
const storeFault = (entry: StoredEntry, event: CloudEvent, stored: RecordedEvent | undefined): Flaw | undefined => {
  if (stored === undefined) return { what: 'STORE_EVENT', expected: `event ${event.id}`, found: 'none' };
  const columns = [
    ['id', event.id, stored.id],
    ['type', event.type, stored.type],
    ['stream', event.subject, stored.stream],
    ['position', String(entry.storePosition), String(stored.position)],
  ] as const;
  const wrong = columns.find(([, expected, found]) => expected !== found);
  if (wrong !== undefined)
    return { what: 'STORE_EVENT', expected: `${wrong[0]} ${wrong[1]}`, found: `${wrong[0]} ${wrong[2]}` };
  if (sameBytes(entry.leaf, stored.data)) return undefined;
  return { what: 'STORE_EVENT', expected: 'the bytes of the entry', found: differenceOf(entry.leaf, stored.data) };
};

const differenceOf = (expected: Uint8Array, found: Uint8Array): string => {
  const at = expected.findIndex((byte, index) => byte !== found[index]);
  return at < 0 ? `${found.length} bytes instead of ${expected.length}` : `another byte ${at}`;
};

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
const place = (position: number | undefined): string => (position === undefined ? 'none' : `position ${position}`);
const places = (expected: number, found: number | undefined): Pick<Finding, 'expected' | 'found'> => ({
  expected: place(expected),
  found: place(found),
});
