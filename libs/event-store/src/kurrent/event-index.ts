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
 * Which ids the store has, and where: KurrentDB looks an id up only where an append expects it, and in one stream. Made
 * from the server's log and nothing else, so a file that is lost is made again, and several processes may add to one.
 * Writes are not waited for.
 */
export class EventIndex {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #end: StatementSync;
  readonly #lastOf: StatementSync;

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
    this.#end = prepare('SELECT position, id FROM events ORDER BY position DESC LIMIT 1');
    this.#lastOf = prepare('SELECT max(revision) AS revision FROM events WHERE stream = ?');
  }

  add(id: string, { stream, revision, position }: Place): void {
    this.#insert.run(position, id, stream, revision);
  }

  find(id: string): Place | undefined {
    return this.#find.get(id) as Place | undefined;
  }

  /** The last event that was added. */
  end(): { readonly position: bigint; readonly id: string } | undefined {
    return this.#end.get() as { position: bigint; id: string } | undefined;
  }

  lastRevisionOf(stream: string): bigint | undefined {
    return (this.#lastOf.get(stream)?.['revision'] as bigint | null) ?? undefined;
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

const opened = (path: string): DatabaseSync => {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  // Without waiting for the disk, a power cut loses the newest rows and damages nothing; the server gives them again.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF');
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
