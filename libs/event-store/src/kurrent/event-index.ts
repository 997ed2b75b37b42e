import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { unavailable } from './client-errors.js';

/** Where the server has an event. */
interface Place {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
}

/** The last event of all that were seen, by which a server is known again. */
export interface LastEvent {
  readonly position: bigint;
  readonly id: string;
}

/** What is in the file, as PRAGMA user_version. A file of another version is made anew: the server has everything. */
const SCHEMA_VERSION = 2;
const BUSY_TIMEOUT_MS = 5000;
/** How long a row may wait to be written, and how many may: together they share the pages of an index in which ids fall anywhere. */
const WRITTEN_WITHIN_MS = 250;
const MOST_WAITING = 1000;
/** How many wait where the file takes none, as on a full disk: some 10 MB. */
const MOST_UNWRITTEN = 50_000;

/**
 * Which ids the store has, and where: KurrentDB looks an id up only where an append expects it, and in one stream. Made
 * from the server's log and nothing else, so a file that is lost is made again, and several processes may add to one.
 * Rows are written some at a time, and nothing waits for it.
 */
export class EventIndex {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #find: StatementSync;
  readonly #setLastOf: StatementSync;
  readonly #lastOf: StatementSync;
  readonly #setEnd: StatementSync;
  /** What is not in the file yet, by id; and the last revision there of each of its streams. */
  readonly #waiting = new Map<string, Place>();
  readonly #lastWaiting = new Map<string, bigint>();
  #last: LastEvent | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  /** Without a path: in a temporary file, gone when it is closed. */
  constructor(path = '') {
    try {
      this.#db = opened(path);
    } catch (error) {
      throw unavailable(`the index of ids ${path} cannot be opened; it may be deleted, and is made again`, error);
    }
    const prepare = (sql: string): StatementSync => {
      const statement = this.#db.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.#insert = prepare('INSERT OR IGNORE INTO events (id, position, stream, revision) VALUES (?, ?, ?, ?)');
    this.#find = prepare('SELECT stream, revision, position FROM events WHERE id = ?');
    this.#setLastOf = prepare('INSERT OR REPLACE INTO streams (name, revision) VALUES (?, ?)');
    this.#lastOf = prepare('SELECT revision FROM streams WHERE name = ?');
    this.#setEnd = prepare('INSERT OR REPLACE INTO ends (one, position, id) VALUES (1, ?, ?)');
    this.#last = prepare('SELECT position, id FROM ends').get() as LastEvent | undefined;
  }

  /** @throws EventStoreError `UNAVAILABLE` when too many wait that cannot be written: then it is not added, and is to be given again */
  add(id: string, { stream, revision, position }: Place): void {
    if (this.#waiting.size >= MOST_UNWRITTEN) this.#write();
    if (!this.#waiting.has(id)) this.#waiting.set(id, { stream, revision, position });
    this.#lastWaiting.set(stream, revision);
    this.#last = { position, id };
    if (this.#waiting.size >= MOST_WAITING && !this.#hasFailed) this.#tryToWrite();
    this.#timer ??= setTimeout(() => this.#tryToWrite(), WRITTEN_WITHIN_MS);
  }

  find(id: string): Place | undefined {
    return this.#waiting.get(id) ?? (this.#find.get(id) as Place | undefined);
  }

  /** The last event that was added. */
  end(): LastEvent | undefined {
    return this.#last;
  }

  lastRevisionOf(stream: string): bigint | undefined {
    const waiting = this.#lastWaiting.get(stream);
    if (waiting !== undefined) return waiting;
    return this.#lastOf.get(stream)?.['revision'] as bigint | undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
    if (!this.#db.isOpen) return;
    try {
      this.#write();
    } catch {
      // What is not in the file is read from the server again.
    } finally {
      this.#db.close();
    }
  }

  #tryToWrite(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      this.#write();
    } catch {
      this.#timer = setTimeout(() => this.#tryToWrite(), WRITTEN_WITHIN_MS);
    }
  }

  #write(): void {
    if (this.#waiting.size === 0) return;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      for (const [id, { stream, revision, position }] of this.#waiting)
        this.#insert.run(id, position, stream, revision);
      for (const [stream, revision] of this.#lastWaiting) this.#setLastOf.run(stream, revision);
      if (this.#last !== undefined) this.#setEnd.run(this.#last.position, this.#last.id);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#hasFailed = true;
      throw unavailable('the index of ids cannot be written', error);
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
      DROP TABLE IF EXISTS streams;
      DROP TABLE IF EXISTS ends;
      CREATE TABLE events (
        id TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        stream TEXT NOT NULL,
        revision INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE streams (name TEXT PRIMARY KEY, revision INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE ends (one INTEGER PRIMARY KEY, position INTEGER NOT NULL, id TEXT NOT NULL) STRICT;
      PRAGMA user_version = ${SCHEMA_VERSION}`);
  return db;
};
