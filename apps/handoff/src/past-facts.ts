import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Instant } from '@delta-hub/handoff';
import { OF_AGENCIES } from './case-table.js';

/** Finds in the read models which cases there were: their facts are then folded. Part of the read models; writes nothing. */
export class PastFacts {
  private readonly ofTransfers: StatementSync;

  constructor(db: DatabaseSync) {
    this.ofTransfers = db.prepare(
      `SELECT f.stream AS id, max(f.position) AS touched FROM facts f
         WHERE f.stream IN (SELECT id FROM transfers WHERE ${OF_AGENCIES})
           AND (?2 IS NULL OR f.received_at <= ?2)
         GROUP BY f.stream HAVING max(f.position) < ?3 ORDER BY touched DESC`,
    );
  }

  /** The transfers of agencies of which this node knew at `asOf`, with the position of the last fact it knew of each. */
  touched(
    agencies: readonly string[] | undefined,
    asOf: Instant | undefined,
    before: number | undefined,
  ): readonly { readonly id: string; readonly touched: number }[] {
    const rows = this.ofTransfers.all(
      agencies === undefined ? null : JSON.stringify(agencies),
      asOf ?? null,
      before ?? Number.MAX_SAFE_INTEGER,
    );
    return rows.map((row) => ({ id: String(row['id']), touched: Number(row['touched']) }));
  }
}
