import { type FileKind, isConstraint, type SqliteFile } from '@delta-hub/local-log/sqlite';
import type { StatementSync } from 'node:sqlite';
import { type Append, answerWithoutWriting, believed, firstRevision, type Stored } from '../append-rules.js';
import { type AppendResult, EventStoreError, type ReceiptClock, type RecordedEvent } from '../event-store.js';

/** The file `events.db`. Positions are never given twice, not even after a row was removed (AUTOINCREMENT). */
export const eventStoreFile: FileKind = {
  what: 'an event store',
  mark: 'DHev',
  schemaVersion: 2,
  schema: `
    CREATE TABLE streams (
      stream INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      stream INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      data BLOB NOT NULL,
      received_at TEXT NOT NULL,
      UNIQUE (stream, revision)
    ) STRICT;
  `,
};

const COLUMNS = 'e.position, e.revision, e.id, e.type, e.data, e.received_at, s.name';

/** LEFT JOIN: an event without its stream is found, not left out. */
const EVENT = `SELECT ${COLUMNS} FROM events e LEFT JOIN streams s ON s.stream = e.stream`;

/** The columns in their order: rows as arrays are read half as fast again as rows as objects. */
type Row = readonly [bigint, bigint, string, string, Uint8Array, string, string | null];

const recorded = (row: unknown): RecordedEvent => {
  const [position, revision, id, type, data, receivedAt, stream] = row as Row;
  if (stream === null)
    throw new EventStoreError('SUBSTRATE_TAMPERED', `event ${id} belongs to a stream that is not there`);
  return { id, type, data, stream, revision, position, receivedAt };
};

const rowsOf = (statement: StatementSync): StatementSync => {
  statement.setReturnArrays(true);
  return statement;
};

/** The tables of an event store, with the statements that read and write them. All calls are synchronous. */
export class EventTable {
  readonly #lastOfStream: StatementSync;
  readonly #byId: StatementSync;
  readonly #insertStream: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #ofStream: StatementSync;
  readonly #after: StatementSync;
  readonly #head: StatementSync;

  constructor(
    file: SqliteFile,
    private readonly now: ReceiptClock,
  ) {
    this.#lastOfStream = file.prepare(`
      SELECT s.stream, e.revision FROM streams s JOIN events e ON e.stream = s.stream
      WHERE s.name = ? ORDER BY e.revision DESC LIMIT 1`);
    this.#byId = rowsOf(file.prepare(`${EVENT} WHERE e.id = ?`));
    this.#insertStream = file.prepare('INSERT INTO streams (name) VALUES (?)');
    this.#insertEvent = file.prepare(
      'INSERT INTO events (stream, revision, id, type, data, received_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#ofStream = rowsOf(
      file.prepare(`
        SELECT ${COLUMNS}
        FROM streams s JOIN events e ON e.stream = s.stream WHERE s.name = ? ORDER BY e.revision`),
    );
    this.#after = rowsOf(file.prepare(`${EVENT} WHERE e.position > ? ORDER BY e.position LIMIT ?`));
    this.#head = file.prepare('SELECT max(position) AS position FROM events');
  }

  /** Decides and writes one append; to be called while the write lock is held. @throws EventStoreError `ID_REUSED` */
  append(append: Append): AppendResult {
    const last = this.#lastOfStream.get(append.stream) as { stream: bigint; revision: bigint } | undefined;
    const answer = () => answerWithoutWriting(append, last?.revision, (id) => this.#find(id));
    if (last?.revision !== believed(append.expected)) return answer()!;
    try {
      return this.#insert(append, last?.stream);
    } catch (error) {
      if (isConstraint(error)) answer(); // An id is there already: this throws. Looking before each insert costs more.
      throw error;
    }
  }

  #insert(append: Append, existing: bigint | undefined): AppendResult {
    const stream = existing ?? this.#insertStream.run(append.stream).lastInsertRowid;
    let revision = firstRevision(append.expected);
    let position: number | bigint = 0n;
    const receivedAt = this.now();
    for (const { id, type, data } of append.events)
      position = this.#insertEvent.run(stream, revision++, id, type, data, receivedAt).lastInsertRowid;
    return { outcome: 'appended', revision: revision - 1n, position: BigInt(position) };
  }

  /** @throws EventStoreError `SUBSTRATE_TAMPERED` */
  ofStream(stream: string): readonly RecordedEvent[] {
    const events = Array.from(this.#ofStream.all(stream), recorded);
    events.forEach(({ revision, id }, index) => {
      if (revision !== BigInt(index))
        throw new EventStoreError(
          'SUBSTRATE_TAMPERED',
          `${stream} has event ${id} at revision ${revision} where revision ${index} must be`,
        );
    });
    return events;
  }

  after(position: bigint | undefined, limit: number): readonly RecordedEvent[] {
    return Array.from(this.#after.all(position ?? 0n, limit), recorded);
  }

  head(): bigint | undefined {
    const { position } = this.#head.get() as { position: bigint | null };
    return position ?? undefined;
  }

  #find(id: string): Stored | undefined {
    const row = this.#byId.get(id);
    return row === undefined ? undefined : recorded(row);
  }
}
