import type { DatabaseSync } from 'node:sqlite';
import { guarded, openDatabase } from './database-file.js';
import { lockFile } from './ledger-file.js';
import type { LockStore, SignedHead } from './ledger-store.js';
import { bytesIn, numberIn, prepare, type Row, textIn } from './row.js';

/** Opens the lock in the file `path`. @throws LedgerFault */
export const openLockStore = (path: string): LockStore => new SqliteLockStore(path, openDatabase(path, lockFile));

/** @throws LedgerFault `LEDGER_DAMAGED` */
export const signedHeadIn = (row: Row): SignedHead => ({
  origin: textIn(row, 'origin'),
  size: numberIn(row, 'size'),
  root: bytesIn(row, 'root'),
  note: textIn(row, 'note'),
});

class SqliteLockStore implements LockStore {
  readonly #path: string;
  #db: DatabaseSync;
  #sql: Statements;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#sql = prepareAll(db);
  }

  read(origin: string): SignedHead | undefined {
    return guarded(this.#path, () => {
      const row = this.#sql.read.get(origin);
      return row === undefined ? undefined : signedHeadIn(row);
    });
  }

  origins(): readonly string[] {
    return guarded(this.#path, () => this.#sql.origins.all().map((row) => textIn(row, 'origin')));
  }

  compareAndSwap(expected: SignedHead | undefined, { origin, size, root, note }: SignedHead): boolean {
    return guarded(this.#path, () => {
      const { changes } =
        expected === undefined
          ? this.#sql.insert.run(origin, size, root, note)
          : this.#sql.update.run(size, root, note, origin, expected.size, expected.note);
      return Number(changes) === 1;
    });
  }

  reopen(): void {
    this.close();
    this.#db = openDatabase(this.#path, lockFile);
    this.#sql = prepareAll(this.#db);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}

type Statements = ReturnType<typeof prepareAll>;

const prepareAll = (db: DatabaseSync) => ({
  read: prepare(db, 'SELECT origin, size, root, note FROM signed WHERE origin = ?'),
  origins: prepare(db, 'SELECT origin FROM signed ORDER BY origin'),
  insert: prepare(db, 'INSERT INTO signed (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
  update: prepare(db, 'UPDATE signed SET size = ?, root = ?, note = ? WHERE origin = ? AND size = ? AND note = ?'),
});
