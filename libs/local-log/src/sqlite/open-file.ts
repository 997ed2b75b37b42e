import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { LOG_PAGES } from './log-filling.js';
import { asFault, detailOf, isBusy, SqliteFault } from './sqlite-fault.js';

/** What marks a file as one of ours, and what is in it. */
export interface FileKind {
  /** For messages: 'an event store'. */
  readonly what: string;
  /** Four ASCII letters in the file's header (PRAGMA application_id). */
  readonly mark: string;
  /** PRAGMA user_version. */
  readonly schemaVersion: number;
  /** Creates the tables in an empty file. */
  readonly schema: string;
}

export interface SqliteOptions {
  /** Most bytes the database file may grow to; the write-ahead log comes on top. Default: as much as the disk has. */
  readonly maxBytes?: number;
  /** How long to wait for another process that is writing. Default 5,000. */
  readonly busyTimeoutMs?: number;
}

export const BUSY_TIMEOUT_MS = 5000;
const RETRY_MS = 5;
const SQLITE_HEADER = 'SQLite format 3\0';

/**
 * Opens `path`, creating directory, file and tables where they do not exist. A file that is not of this kind is left
 * as it is. Several processes may open the same new file at once.
 * @throws SqliteFault `FOREIGN`, `SCHEMA_UNKNOWN`, `FULL`, `UNAVAILABLE`, `DAMAGED`: other tables, views or triggers
 */
export const openFile = async (path: string, kind: FileKind, options: SqliteOptions): Promise<DatabaseSync> => {
  const busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
  const deadline = performance.now() + busyTimeoutMs;
  for (;;)
    try {
      return openOnce(path, kind, busyTimeoutMs, options.maxBytes);
    } catch (error) {
      // While one process turns a new file to write-ahead logging, SQLite sends the others away without waiting.
      if (!isBusy(error) || performance.now() > deadline) throw asFault(error, path);
      await delay(RETRY_MS);
    }
};

const openOnce = (path: string, kind: FileKind, timeout: number, maxBytes: number | undefined): DatabaseSync => {
  const db = openDatabase(path, kind, timeout);
  try {
    const isNew = asOfOneInstant(db, () => checkKind(db, path, kind));
    if (textOf(db, 'PRAGMA journal_mode = WAL') !== 'wal')
      throw new SqliteFault('UNAVAILABLE', `${path}: this file system cannot hold a write-ahead log`);
    db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF');
    db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    if (maxBytes !== undefined) limitSize(db, maxBytes);
    if (isNew) createTables(db, path, kind);
    setBusyTimeout(db, 0); // From here on whoever meets a lock waits in a better way than SQLite's, which is to block.
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const openDatabase = (path: string, kind: FileKind, timeout: number): DatabaseSync => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (existsSync(path)) checkHeader(path, kind);
    return new DatabaseSync(path, { timeout });
  } catch (error) {
    if (isBusy(error) || error instanceof SqliteFault) throw error;
    throw new SqliteFault('UNAVAILABLE', `${path}: cannot be opened: ${detailOf(error)}`, { cause: error });
  }
};

/** SQLite takes a file shorter than a page for an empty one, whatever it says, and would write over it. */
const checkHeader = (path: string, kind: FileKind): void => {
  const header = Buffer.alloc(SQLITE_HEADER.length);
  const file = openSync(path, 'r');
  const length = readSync(file, header);
  closeSync(file);
  if (length > 0 && header.toString('latin1') !== SQLITE_HEADER)
    throw new SqliteFault('FOREIGN', `${path}: not a SQLite file, let alone ${kind.what}`);
};

/** Reads several things as they stood together: another process may be making the tables just now. */
const asOfOneInstant = <T>(db: DatabaseSync, read: () => T): T => {
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
  }
};

/** True for an empty file. Reads only, inside a transaction. */
const checkKind = (db: DatabaseSync, path: string, kind: FileKind): boolean => {
  const mark = numberOf(db, 'PRAGMA application_id');
  const version = numberOf(db, 'PRAGMA user_version');
  if (mark === markNumber(kind) && version === kind.schemaVersion) {
    assertSchema(db, path, kind);
    return false;
  }
  if (mark === markNumber(kind))
    throw new SqliteFault(
      'SCHEMA_UNKNOWN',
      `${path}: ${kind.what} of schema version ${version}; this program knows version ${kind.schemaVersion}`,
    );
  if (mark === 0 && version === 0 && numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0) return true;
  throw new SqliteFault('FOREIGN', `${path}: a SQLite file of some other program, not ${kind.what}`);
};

/** A view or trigger that came into the file could show, or do, anything: nothing is read before it is ruled out. */
const assertSchema = (db: DatabaseSync, path: string, kind: FileKind): void => {
  const wanted = new DatabaseSync(':memory:');
  try {
    wanted.exec(kind.schema);
    const [found, expected] = [schemaOf(db), schemaOf(wanted)];
    const name = [...found, ...expected].map(([one]) => one).find((one) => found.get(one) !== expected.get(one));
    if (name === undefined) return;
    const how = !found.has(name) ? 'is missing' : expected.has(name) ? 'is not the one' : 'does not belong';
    throw new SqliteFault('DAMAGED', `${path}: ${name} ${how} of ${kind.what} of schema version ${kind.schemaVersion}`);
  } finally {
    wanted.close();
  }
};

/** What is declared in a file, by kind and name; indexes that SQLite makes by itself and its statistics are not. */
const schemaOf = (db: DatabaseSync): ReadonlyMap<string, string> =>
  new Map(
    db
      .prepare(
        "SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT GLOB 'sqlite_stat*'",
      )
      .all()
      .map((row) => [String(row['name']), String(row['sql']).replaceAll(/\s+/g, ' ')]),
  );

const createTables = (db: DatabaseSync, path: string, kind: FileKind): void => {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (checkKind(db, path, kind)) {
      db.exec(kind.schema);
      db.exec(`PRAGMA application_id = ${markNumber(kind)}; PRAGMA user_version = ${kind.schemaVersion}`);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

/** How long SQLite itself blocks this process while another one is in the way. */
export const setBusyTimeout = (db: DatabaseSync, ms: number): void => db.exec(`PRAGMA busy_timeout = ${ms}`);

/** SQLite refuses, with SQLITE_FULL, the page that would go beyond. */
const limitSize = (db: DatabaseSync, maxBytes: number): void => {
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1)
    throw new RangeError(`maxBytes ${maxBytes} is not a whole number`);
  const pages = Math.max(1, Math.floor(maxBytes / numberOf(db, 'PRAGMA page_size')));
  db.exec(`PRAGMA max_page_count = ${pages}`);
};

const markNumber = ({ mark }: FileKind): number => Buffer.from(mark, 'ascii').readInt32BE();

const valueOf = (db: DatabaseSync, sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
const numberOf = (db: DatabaseSync, sql: string): number => Number(valueOf(db, sql));
const textOf = (db: DatabaseSync, sql: string): string => String(valueOf(db, sql));
