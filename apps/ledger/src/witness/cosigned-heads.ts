import type { DatabaseSync } from 'node:sqlite';
import { addSignatures, type NoteSignature, readCosignature } from '@delta-hub/ledger';
import { guarded, transaction } from '../database-file.js';
import type { SignedHead } from '../ledger-store.js';
import { bytesIn, numberIn, prepare, type Row, textIn } from '../row.js';
import { type Level, LEVELS, medianOf } from './level.js';

/** A cosignature line as it stands in a note, and when it was made (Unix seconds). */
export interface DatedSignature {
  readonly line: NoteSignature;
  readonly time: number;
}

/** A head of this node's own log that some witness cosigned. */
export interface CosignedHead extends SignedHead {
  readonly level: Level;
  /** Median of the first cosignature of each witness, Unix seconds. */
  readonly witnessedAt: number;
}

/** What the witnesses cosigned of this node's own log, and which level each head has reached by it. */
export class CosignedHeads {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #origin: string;
  readonly #levelBy: (witnesses: ReadonlySet<string>) => Level;
  readonly #sql;

  /** `levelBy`: the level that cosignatures of these witnesses, by the names of their keys, give. */
  constructor(
    path: string,
    db: DatabaseSync,
    { origin, levelBy }: { readonly origin: string; readonly levelBy: (witnesses: ReadonlySet<string>) => Level },
  ) {
    this.#path = path;
    this.#db = db;
    this.#origin = origin;
    this.#levelBy = levelBy;
    const heads = 'SELECT size, root, note, level, witnessed_at FROM own_heads';
    this.#sql = {
      insert: prepare(
        db,
        'INSERT INTO own_heads (size, root, note, level, witnessed_at) VALUES (?, ?, ?, 0, 0) ON CONFLICT DO NOTHING',
      ),
      cosign: prepare(
        db,
        `INSERT INTO cosignatures VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?5) ON CONFLICT (size, witness, key_id)
         DO UPDATE SET last_signature = ?4, last_time = ?5 WHERE last_time < ?5`,
      ),
      cosignatures: prepare(db, 'SELECT * FROM cosignatures WHERE size = ? ORDER BY witness, key_id'),
      raise: prepare(db, 'UPDATE own_heads SET level = ?, witnessed_at = ? WHERE size = ?'),
      newest: [
        prepare(db, `${heads} ORDER BY size DESC LIMIT 1`),
        prepare(db, `${heads} WHERE level >= 1 ORDER BY size DESC LIMIT 1`),
        prepare(db, `${heads} WHERE level >= 2 ORDER BY size DESC LIMIT 1`),
      ],
      covering: prepare(db, `${heads} WHERE level >= 1 AND size >= ? ORDER BY size LIMIT 1`),
      witnessedBy: prepare(
        db,
        `${heads} WHERE level >= 1 AND witnessed_at <= ? AND size <= ? ORDER BY size DESC LIMIT 1`,
      ),
      lastOf: prepare(
        db,
        'SELECT size, last_time AS time FROM cosignatures WHERE witness = ? ORDER BY size DESC LIMIT 1',
      ),
    };
  }

  /** Keeps a cosignature that has been verified against this very head. Of one witness the first and the last are kept. */
  add(head: SignedHead, { line, time }: DatedSignature): void {
    guarded(this.#path, () =>
      transaction(this.#db, () => {
        this.#sql.insert.run(head.size, head.root, head.note);
        this.#sql.cosign.run(head.size, line.name, line.keyId, line.signature, time);
        const rows = this.#sql.cosignatures.all(head.size);
        const level = this.#levelBy(new Set(rows.map((row) => textIn(row, 'witness'))));
        const witnessedAt = medianOf(rows.map((row) => numberIn(row, 'first_time')));
        this.#sql.raise.run(LEVELS.indexOf(level), witnessedAt, head.size);
      }),
    );
  }

  /** The cosignatures of the head of this size: the first of each witness, or the last. */
  cosignaturesOf(size: number, which: 'first' | 'last' = 'first'): readonly NoteSignature[] {
    return guarded(this.#path, () =>
      this.#sql.cosignatures.all(size).map((row) => ({
        name: textIn(row, 'witness'),
        keyId: bytesIn(row, 'key_id'),
        signature: bytesIn(row, `${which}_signature`),
      })),
    );
  }

  /** The newest head that has reached a level, or a higher one; its note carries the first cosignature of each witness. */
  newest(level: Level): CosignedHead | undefined {
    return guarded(this.#path, () => this.#headIn(this.#sql.newest[LEVELS.indexOf(level)]?.get()));
  }

  /** The oldest witnessed head that holds the first `size` entries. */
  covering(size: number): CosignedHead | undefined {
    return guarded(this.#path, () => this.#headIn(this.#sql.covering.get(size)));
  }

  /** The largest head of at most `most` entries that was witnessed by an instant (Unix seconds). */
  witnessedBy(seconds: number, most: number): CosignedHead | undefined {
    return guarded(this.#path, () => this.#headIn(this.#sql.witnessedBy.get(seconds, most)));
  }

  /** How far a witness has come, by the name of its key, and when it last said so (Unix seconds). */
  lastOf(witness: string): { readonly size: number; readonly time: number } | undefined {
    return guarded(this.#path, () => {
      const row = this.#sql.lastOf.get(witness);
      return row === undefined ? undefined : { size: numberIn(row, 'size'), time: numberIn(row, 'time') };
    });
  }

  /** When the newest head that reached a level was last cosigned: the median of the last cosignatures, Unix seconds. */
  freshness(size: number): number | undefined {
    const times = this.cosignaturesOf(size, 'last').map((line) => readCosignature(line)?.time ?? 0);
    return times.length === 0 ? undefined : medianOf(times);
  }

  #headIn(row: Row | undefined): CosignedHead | undefined {
    if (row === undefined) return undefined;
    const size = numberIn(row, 'size');
    return {
      origin: this.#origin,
      size,
      root: bytesIn(row, 'root'),
      note: addSignatures(textIn(row, 'note'), this.cosignaturesOf(size)),
      level: LEVELS[numberIn(row, 'level')] ?? 'LOCAL',
      witnessedAt: numberIn(row, 'witnessed_at'),
    };
  }
}
