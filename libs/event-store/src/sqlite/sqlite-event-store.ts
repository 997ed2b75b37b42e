/** The event store in one SQLite file: the embedded default, for several processes of one machine. */
import {
  openSqliteFile,
  SqliteFault,
  type SqliteFaultKind,
  type SqliteFile,
  type SqliteOptions,
} from '@delta-hub/local-log/sqlite';
import { checkAppend } from '../append-rules.js';
import {
  type AppendResult,
  type EventStore,
  EventStoreError,
  type EventStoreErrorCode,
  type EventToAppend,
  type Expected,
  type ReceiptClock,
  type RecordedEvent,
  type Subscription,
  wallClock,
} from '../event-store.js';
import { BATCH, Followings } from '@delta-hub/local-log';
import { checkLimit, checkPosition } from '../read-rules.js';
import { EventTable, eventStoreFile } from './event-table.js';

export interface SqliteEventStoreOptions extends SqliteOptions {
  /** Tells when an event was received; the wall clock unless given. */
  readonly now?: ReceiptClock;
}

const codes: Readonly<Record<SqliteFaultKind, EventStoreErrorCode>> = {
  FULL: 'STORAGE_FULL',
  OUTCOME_UNKNOWN: 'OUTCOME_UNKNOWN',
  UNAVAILABLE: 'UNAVAILABLE',
  DAMAGED: 'SUBSTRATE_TAMPERED',
  FOREIGN: 'FOREIGN_STORE',
  SCHEMA_UNKNOWN: 'SCHEMA_UNKNOWN',
};

/** To be thrown for whatever SQLite threw. */
const translated = (error: unknown): unknown =>
  error instanceof SqliteFault ? new EventStoreError(codes[error.kind], error.message, { cause: error.cause }) : error;

const rethrow = (error: unknown): never => {
  throw translated(error);
};

/**
 * Opens the event store in the file `path`; creates its directory and the file where there is none.
 * @throws EventStoreError `FOREIGN_STORE`, `SCHEMA_UNKNOWN`, `STORAGE_FULL`, `UNAVAILABLE`
 */
export const openSqliteEventStore = async (
  path: string,
  options: SqliteEventStoreOptions = {},
): Promise<EventStore> => {
  const file = await openSqliteFile(path, eventStoreFile, options).catch(rethrow);
  return new SqliteEventStore(file, options.now ?? wallClock);
};

class SqliteEventStore implements EventStore {
  readonly #file: SqliteFile;
  readonly #table: EventTable;
  readonly #followings = new Followings();
  #closing: Promise<void> | undefined;

  constructor(file: SqliteFile, now: ReceiptClock) {
    this.#file = file;
    this.#table = new EventTable(file, now);
  }

  async append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult> {
    const append = checkAppend(stream, expected, events);
    return await this.#file.write(() => this.#table.append(append)).catch(rethrow);
  }

  read(stream: string): Promise<readonly RecordedEvent[]> {
    return this.#file.read(() => this.#table.ofStream(stream)).catch(rethrow);
  }

  readAll(after: bigint | undefined, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#file.read(() => this.#table.after(after, checkLimit(limit))).catch(rethrow);
  }

  head(): Promise<bigint | undefined> {
    return this.#file.read(() => this.#table.head()).catch(rethrow);
  }

  subscribe(after: bigint | undefined, handler: (event: RecordedEvent) => Promise<void>): Promise<Subscription> {
    const begin = () => {
      if (this.#closing !== undefined) throw new EventStoreError('UNAVAILABLE', 'the event store is being closed');
      checkPosition(after, this.#table.head());
      return this.#followings.start(this.#file, this.#reader(after), handler);
    };
    return this.#file.read(begin).catch(rethrow);
  }

  close(): Promise<void> {
    this.#closing ??= this.#followings.stopAll().then(() => this.#file.close());
    return this.#closing;
  }

  /** Reads batch after batch, from `after` on. */
  #reader(after: bigint | undefined): () => readonly RecordedEvent[] {
    let position = after;
    return () => {
      try {
        const batch = this.#file.readNow(() => this.#table.after(position, BATCH));
        position = batch.at(-1)?.position ?? position;
        return batch;
      } catch (error) {
        throw translated(error);
      }
    };
  }
}
