import type { DatabaseSync } from 'node:sqlite';
import { guarded, openDatabase } from './database-file.js';
import { lockFile } from './ledger-file.js';
import type { LockStore, SignedHead } from './ledger-store.js';

/** Opens the lock in the file `path`. @throws LedgerFault */
export const openLockStore = (path: string): LockStore => new SqliteLockStore(path, openDatabase(path, lockFile));

class SqliteLockStore implements LockStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #sql;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#sql = {
      read: db.prepare('SELECT origin, size, root, note FROM signed WHERE origin = ?'),
      origins: db.prepare('SELECT origin FROM signed ORDER BY origin'),
      insert: db.prepare('INSERT INTO signed (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'),
      update: db.prepare('UPDATE signed SET size = ?, root = ?, note = ? WHERE origin = ? AND size = ? AND note = ?'),
    };
  }

  read(origin: string): SignedHead | undefined {
    return guarded(this.#path, () => this.#sql.read.get(origin) as unknown as SignedHead | undefined);
  }

  origins(): readonly string[] {
    return guarded(this.#path, () => this.#sql.origins.all().map(({ origin }) => String(origin)));
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

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }
}
