import type { DatabaseSync } from 'node:sqlite';
import { guarded } from '../database-file.js';
import { prepare, type Row, textIn } from '../row.js';

/** A proof, kept for good, that the key of a log signed two histories. */
export interface KnownFork {
  /** Hex SHA-256 of the proof. */
  readonly id: string;
  readonly origin: string;
  /** The portable proof, a text: `parseForkProof` and `verifyForkProof` of libs/ledger. */
  readonly proof: string;
  /** UTC. */
  readonly foundAt: string;
  /** When and why an operator resumed the acceptance of this log's facts; undefined while it is held. */
  readonly settled: { readonly at: string; readonly reason: string } | undefined;
}

export class KnownForks {
  readonly #path: string;
  readonly #sql;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#sql = {
      add: prepare(
        db,
        'INSERT INTO forks (id, origin, proof, found_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      ),
      all: prepare(db, 'SELECT * FROM forks ORDER BY found_at, id'),
      open: prepare(db, 'SELECT 1 AS one FROM forks WHERE origin = ? AND settled_at IS NULL LIMIT 1'),
      settle: prepare(db, 'UPDATE forks SET settled_at = ?, reason = ? WHERE origin = ? AND settled_at IS NULL'),
    };
  }

  /** Keeps a proof; false when it is known. */
  add({ id, origin, proof, foundAt }: Omit<KnownFork, 'settled'>): boolean {
    return guarded(this.#path, () => Number(this.#sql.add.run(id, origin, proof, foundAt).changes) === 1);
  }

  all(): readonly KnownFork[] {
    return guarded(this.#path, () => this.#sql.all.all().map(forkIn));
  }

  /** Whether a fork of this log is known that no operator has settled. */
  isOpen(origin: string): boolean {
    return guarded(this.#path, () => this.#sql.open.get(origin) !== undefined);
  }

  /** Settles the open forks of a log; the proofs stay. Gives how many there were. */
  settle(origin: string, at: string, reason: string): number {
    return guarded(this.#path, () => Number(this.#sql.settle.run(at, reason, origin).changes));
  }
}

const forkIn = (row: Row): KnownFork => ({
  id: textIn(row, 'id'),
  origin: textIn(row, 'origin'),
  proof: textIn(row, 'proof'),
  foundAt: textIn(row, 'found_at'),
  settled: row['settled_at'] === null ? undefined : { at: textIn(row, 'settled_at'), reason: textIn(row, 'reason') },
});
