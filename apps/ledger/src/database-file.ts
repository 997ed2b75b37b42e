import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LedgerFault, type LedgerFaultCode } from './ledger-fault.js';
import { prepare, textIn } from './row.js';

/** What marks a SQLite file as one of ours, and what is in it. */
export interface FileKind {
  /** Four ASCII letters in the file's header (PRAGMA application_id). */
  readonly mark: string;
  /** PRAGMA user_version. */
  readonly version: number;
  /** Bytes of a page, for a file that is new. */
  readonly pageBytes: number;
  /** How many pages of changes are kept before they go into the file; SQLite's own number where none is given. */
  readonly pagesOfChanges?: number;
  /** Creates the tables in an empty file. */
  readonly schema: string;
}

const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens a file for writing, creating it where there is none; every commit is on the disk before it returns.
 * @throws LedgerFault `FILE_FOREIGN`, `SCHEMA_UNKNOWN`, `STORAGE_FULL`, `STORAGE_FAILED`, `LEDGER_DAMAGED`, also when
 * it has other tables, views or triggers than its version
 */
export const openDatabase = (path: string, kind: FileKind): DatabaseSync =>
  guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    return closedOnError(db, () => {
      const isNew = checkKind(db, path, kind) === 'empty';
      if (isNew) db.exec(`PRAGMA page_size = ${kind.pageBytes}`);
      db.exec(
        'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA trusted_schema = OFF',
      );
      if (kind.pagesOfChanges !== undefined) db.exec(`PRAGMA wal_autocheckpoint = ${kind.pagesOfChanges}`);
      if (isNew)
        transaction(db, () => {
          if (checkKind(db, path, kind) === 'empty')
            db.exec(`${kind.schema}; PRAGMA application_id = ${markOf(kind)}; PRAGMA user_version = ${kind.version}`);
        });
    });
  });

/**
 * Opens an existing file for reading only.
 * @throws LedgerFault as `openDatabase`; an empty or missing file is `FILE_FOREIGN` or `STORAGE_FAILED`
 */
export const openToRead = (path: string, kind: FileKind): DatabaseSync =>
  guarded(path, () => {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    return closedOnError(db, () => {
      if (checkKind(db, path, kind) === 'empty') throw foreign(path);
    });
  });

/** All of `work` or nothing of it, durable when it returns. */
export const transaction = (db: DatabaseSync, work: () => void): void => {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
};

/** Runs `work` on a file; what SQLite or the file system throws becomes a fault with a code. */
export const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error as SystemError);
    if (code === undefined) throw error;
    throw new LedgerFault(code, `${path}: ${(error as Error).message}`, undefined, { cause: error });
  }
};

/** What errors of SQLite (`errcode`) and of the file system (`syscall`, `code`) carry. */
interface SystemError {
  readonly errcode?: unknown;
  readonly syscall?: unknown;
  readonly code?: unknown;
}

const codeOf = (error: SystemError): LedgerFaultCode | undefined => {
  if (typeof error.errcode === 'number') return codes[error.errcode & 0xff] ?? 'STORAGE_FAILED';
  if (typeof error.syscall !== 'string') return undefined;
  return error.code === 'ENOSPC' ? 'STORAGE_FULL' : 'STORAGE_FAILED';
};

/** SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CONSTRAINT (only another writer can have taken a position), SQLITE_NOTADB. */
const codes: Readonly<Record<number, LedgerFaultCode>> = {
  11: 'LEDGER_DAMAGED',
  13: 'STORAGE_FULL',
  19: 'LOCK_CONFLICT',
  26: 'FILE_FOREIGN',
};

const closedOnError = (db: DatabaseSync, work: () => void): DatabaseSync => {
  try {
    work();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const checkKind = (db: DatabaseSync, path: string, kind: FileKind): 'empty' | 'ours' => {
  const mark = numberOf(db, 'PRAGMA application_id');
  const version = numberOf(db, 'PRAGMA user_version');
  if (mark === markOf(kind) && version === kind.version) {
    assertSchema(db, path, kind);
    return 'ours';
  }
  if (mark === markOf(kind))
    throw new LedgerFault('SCHEMA_UNKNOWN', `${path}: schema version ${version}; this program knows ${kind.version}`);
  if (mark === 0 && version === 0 && numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0) return 'empty';
  throw foreign(path);
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
    throw new LedgerFault('LEDGER_DAMAGED', `${path}: ${name} ${how} of schema version ${kind.version}`);
  } finally {
    wanted.close();
  }
};

/** What is declared in a file, by kind and name; indexes that SQLite makes by itself and its statistics are not. */
const schemaOf = (db: DatabaseSync): ReadonlyMap<string, string> =>
  new Map(
    prepare(
      db,
      "SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT GLOB 'sqlite_stat*'",
    )
      .all()
      .map((row) => [textIn(row, 'name'), textIn(row, 'sql').replaceAll(/\s+/g, ' ')]),
  );

const foreign = (path: string): LedgerFault => new LedgerFault('FILE_FOREIGN', `${path}: not a file of this program`);

const markOf = ({ mark }: FileKind): number => Buffer.from(mark, 'ascii').readInt32BE();

const numberOf = (db: DatabaseSync, sql: string): number => Number(Object.values(prepare(db, sql).get() ?? {})[0]);
