import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** Where the server has an event. */
export interface Place {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
}

/** What is in the file, as PRAGMA user_version. A file of another version is made anew: the server has everything. */
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5000;
/**
 * How long a row may wait to be written, and how many may: of a thousand together each costs half as much as of a hundred,
 * since they share the pages of two indexes in which ids and streams fall anywhere.
 */
const WRITTEN_WITHIN_MS = 250;
const MOST_WAITING = 1000;

/**
 * Which ids the store has, and where: KurrentDB looks an id up only where an append expects it, and in one stream. Made
 * from the server's log and nothing else, so a file that is lost is made again, and several processes may add to one.
 * Rows are written some at a time, and nothing waits for it.
 */
export class EventIndex {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #lastOf: StatementSync;
  /** What is not in the file yet, by id; and the last revision there of each of its streams. */
  readonly #waiting = new Map<string, Place>();
  readonly #lastWaiting = new Map<string, bigint>();
  #last: { readonly position: bigint; readonly id: string } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  /** Without a path: in a temporary file, gone when it is closed. */
  constructor(path = '') {
    this.#db = opened(path);
    const prepare = (sql: string): StatementSync => {
      const statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#insert = prepare('INSERT OR IGNORE INTO events (position, id, stream, revision) VALUES (?, ?, ?, ?)');
    this.#find = prepare('SELECT stream, revision, position FROM events WHERE id = ? ORDER BY position LIMIT 1');
    this.#lastOf = prepare('SELECT max(revision) AS revision FROM events WHERE stream = ?');
    const end = prepare('SELECT position, id FROM events ORDER BY position DESC LIMIT 1');
    this.#last = end.get() as { position: bigint; id: string } | undefined;
  }

  /** Throws when the last attempt to write could not, and cannot now. */
  add(id: string, { stream, revision, position }: Place): void {
    if (!this.#waiting.has(id)) this.#waiting.set(id, { stream, revision, position });
    this.#lastWaiting.set(stream, revision);
    this.#last = { position, id };
    if (this.#hasFailed || this.#waiting.size >= MOST_WAITING) this.#write();
    this.#timer ??= setTimeout(() => this.#writeOrFail(), WRITTEN_WITHIN_MS);
  }

  find(id: string): Place | undefined {
    return this.#waiting.get(id) ?? (this.#find.get(id) as Place | undefined);
  }

  /** The last event that was added. */
  end(): { readonly position: bigint; readonly id: string } | undefined {
    return this.#last;
  }

  lastRevisionOf(stream: string): bigint | undefined {
    const waiting = this.#lastWaiting.get(stream);
    if (waiting !== undefined) return waiting;
    return (this.#lastOf.get(stream)?.['revision'] as bigint | null) ?? undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    if (!this.#db.isOpen) return;
    this.#write();
    this.#db.close();
  }

  #writeOrFail(): void {
    this.#timer = undefined;
    try {
      this.#write();
    } catch {
      this.#hasFailed = true; // Whoever adds next is told.
    }
  }

  #write(): void {
    if (this.#waiting.size === 0) return;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const [id, { stream, revision, position }] of this.#waiting)
        this.#insert.run(position, id, stream, revision);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
    this.#waiting.clear();
    this.#lastWaiting.clear();
    this.#hasFailed = false;
  }
}

const opened = (path: string): DatabaseSync => {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  // Without waiting for the disk, a power cut loses the newest rows and damages nothing; the server gives them again.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF');
  // Ids fall anywhere in their index: what is gathered before pages go to the file is written there once.
  db.exec('PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 8000');
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version !== SCHEMA_VERSION)
    db.exec(`
      DROP TABLE IF EXISTS events;
      CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        stream TEXT NOT NULL,
        revision INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX events_by_id ON events (id);
      CREATE INDEX events_by_stream ON events (stream, revision);
      PRAGMA user_version = ${SCHEMA_VERSION}`);
  return db;
};
