import type { CloudEvent } from '@delta-hub/crypto';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { sameBytes } from '@delta-hub/ledger';
import { differenceOf } from '../difference.js';
import type { StoredEntry } from '../ledger-store.js';
import type { Finding } from './report.js';
import { StoreCursor } from './store-cursor.js';
import type { FoundPositions, StoredLog } from './stored-log.js';

type Flaw = Pick<Finding, 'what' | 'expected' | 'found'>;

/** Checks what stands around an authentic entry: the rows that find it, and its event in the event store. */
export class EntryCheck {
  readonly #log: StoredLog;
  readonly #cursor: StoreCursor;
  #events = 0;

  /** Begins behind the event of the store at position `after`. */
  constructor(log: StoredLog, eventStore: Pick<EventStore, 'readAll'>, after?: bigint) {
    this.#log = log;
    this.#cursor = new StoreCursor(eventStore, after);
  }

  /** How many events of the store were compared with entries. */
  get events(): number {
    return this.#events;
  }

  /** A promise only where the event store must be read first: a verification asks this of every event. */
  fault(entry: StoredEntry, event: CloudEvent): Flaw | undefined | Promise<Flaw | undefined> {
    const atHand = this.#cursor.atHand();
    if (atHand?.id !== event.id)
      return this.nextEvent(entry.position, event.id).then((stored) => this.#faultBeside(stored, entry, event));
    this.#cursor.skip();
    return this.#faultBeside(atHand, entry, event);
  }

  #faultBeside(stored: RecordedEvent | undefined, entry: StoredEntry, event: CloudEvent): Flaw | undefined {
    const revision = stored?.revision ?? 0n;
    const found = this.#log.positionsOf(event.id, event.subject, revision);
    const fault =
      this.#idFault(entry, found.ofId) ??
      storeFault(entry, event, stored) ??
      streamFault(entry.position, revision, found);
    if (fault === undefined) this.#events += 1;
    return fault;
  }

  /**
   * The next event of the store that is not the repetition of an entry before `position`. The one that is `awaited` there
   * is none: a row that says otherwise of its id is a fault of its own.
   */
  async nextEvent(position: number, awaited?: string): Promise<RecordedEvent | undefined> {
    for (;;) {
      const event = await this.#cursor.next();
      if (event === undefined || event.id === awaited || !this.#isRepetition(event, position)) return event;
    }
  }

  #idFault({ position, leaf }: StoredEntry, found: number | undefined): Flaw | undefined {
    if (found === position) return undefined;
    const isTwice = found !== undefined && this.#holds(found, leaf);
    return { what: isTwice ? 'EVENT_REPEATED' : 'ID_ROW', ...places(position, found) };
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

const streamFault = (position: number, revision: bigint, found: FoundPositions): Flaw | undefined => {
  if (found.inStream !== position) return { what: 'STREAM_ROW', ...places(position, found.inStream) };
  if (revision === 0n || (found.before !== undefined && found.before < position)) return undefined;
  const expected = `revision ${revision - 1n} before position ${position}`;
  return { what: 'STREAM_ROW', expected, found: place(found.before) };
};

/** The event store must have the entry's event, byte for byte, where the entry says it came from. */
const storeFault = (entry: StoredEntry, event: CloudEvent, stored: RecordedEvent | undefined): Flaw | undefined => {
  if (stored === undefined) return { what: 'STORE_EVENT', expected: `event ${event.id}`, found: 'none' };
  if (isSame(entry, event, stored)) return undefined;
  const columns = [
    ['id', event.id, stored.id],
    ['type', event.type, stored.type],
    ['stream', event.subject, stored.stream],
    ['position', String(entry.storePosition), String(stored.position)],
  ] as const;
  const wrong = columns.find(([, expected, found]) => expected !== found);
  if (wrong !== undefined)
    return { what: 'STORE_EVENT', expected: `${wrong[0]} ${wrong[1]}`, found: `${wrong[0]} ${wrong[2]}` };
  return { what: 'STORE_EVENT', expected: 'the bytes of the entry', found: differenceOf(entry.leaf, stored.data) };
};

const isSame = (entry: StoredEntry, event: CloudEvent, stored: RecordedEvent): boolean =>
  event.id === stored.id &&
  event.type === stored.type &&
  event.subject === stored.stream &&
  entry.storePosition === stored.position &&
  Buffer.compare(entry.leaf, stored.data) === 0;

const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
const place = (position: number | undefined): string => (position === undefined ? 'none' : `position ${position}`);
const places = (expected: number, found: number | undefined): Pick<Finding, 'expected' | 'found'> => ({
  expected: place(expected),
  found: place(found),
});
