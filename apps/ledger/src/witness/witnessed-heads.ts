import type { DatabaseSync } from 'node:sqlite';
import { guarded } from '../database-file.js';
import type { SignedHead } from '../ledger-store.js';
import { prepare, textIn } from '../row.js';
import { signedHeadIn } from '../sqlite-lock-store.js';

/** The newest head of each log that this node cosigned as its witness. A size never goes down. */
export class WitnessedHeads {
  readonly #path: string;
  readonly #sql;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#sql = {
      read: prepare(db, 'SELECT origin, size, root, note FROM witnessed WHERE origin = ?'),
      origins: prepare(db, 'SELECT origin FROM witnessed ORDER BY origin'),
      insert: prepare(
        db,
        'INSERT INTO witnessed (origin, size, root, note) VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO NOTHING',
      ),
      update: prepare(
        db,
        'UPDATE witnessed SET size = ?1, root = ?2, note = ?3 WHERE origin = ?4 AND size = ?5 AND root = ?6 AND size <= ?1',
      ),
    };
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

  /**
   * Replaces the head of a log if it still is the `expected` one: comparison and write are one statement, on the disk
   * when it returns true. False when another request was faster. @throws LedgerFault `STORAGE_FULL`, `STORAGE_FAILED`
   */
  advance(expected: SignedHead | undefined, { origin, size, root, note }: SignedHead): boolean {
    return guarded(this.#path, () => {
      const { changes } =
        expected === undefined
          ? this.#sql.insert.run(origin, size, root, note)
          : this.#sql.update.run(size, root, note, origin, expected.size, expected.root);
      return Number(changes) === 1;
    });
  }
}
