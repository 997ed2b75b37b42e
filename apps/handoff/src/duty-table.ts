import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Instant, WorklistRow } from '@delta-hub/handoff';

/** Where a page of the worklist goes on: after this row. */
export interface DutyPlace {
  readonly due: Instant;
  readonly transferId: string;
  readonly step: string;
  /** Which of several things; empty where a case has the limit once. */
  readonly about: string;
}

/** One open duty as the worklist shows it. */
export interface DutyRow extends DutyPlace {
  readonly agency: string;
  readonly owedBy: string;
  readonly recipient: string | null;
  readonly ruleId: string;
}

/**
 * `duty_of` has a row for the agency that owes and for each above it, so that a county, its city and its province each
 * find theirs by one search of an index, in the order of due instants: a page costs the same however many there are.
 */
export const DUTY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS duties(transfer TEXT NOT NULL, step TEXT NOT NULL, about TEXT NOT NULL, due TEXT NOT NULL, agency TEXT NOT NULL, owed_by TEXT NOT NULL, recipient TEXT, rule TEXT NOT NULL, PRIMARY KEY(transfer, step, about, due)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS duty_of(agency TEXT NOT NULL, due TEXT NOT NULL, transfer TEXT NOT NULL, step TEXT NOT NULL, about TEXT NOT NULL, is_sealed INTEGER NOT NULL, PRIMARY KEY(agency, due, transfer, step, about)) STRICT, WITHOUT ROWID;
`;

/** The open duties of every case, by whom they concern. Part of the read models: written in their transaction. */
export class DutyTable {
  private readonly sql;

  constructor(
    db: DatabaseSync,
    /** An agency and all above it. */
    private readonly chainOf: (agency: string) => readonly string[],
  ) {
    this.sql = prepareAll((text) => db.prepare(text));
  }

  /**
   * Puts the duties of a case in the place of those it had: what is the same stays, for a fact changes few of them.
   * `isNew`: it had none.
   */
  put(transfer: string, rows: readonly WorklistRow[], isSealed: boolean, isNew = false): void {
    const had = isNew ? [] : this.sql.had.all(transfer);
    const gone = new Map(had.map((row) => [JSON.stringify(Object.values(row)), row]));
    const fresh = rows.filter(({ step, about = '', due, agency, owedBy, recipient = null, ruleId }) => {
      const isThere =
        gone.size > 0 && gone.delete(JSON.stringify([step, about, due, agency, owedBy, recipient, ruleId]));
      return !isThere;
    });
    for (const { step, about, due, agency } of gone.values()) {
      for (const each of this.chainOf(String(agency))) this.sql.forgetOf.run(each, due!, transfer, step!, about!);
      this.sql.forget.run(transfer, step!, about!, due!);
    }
    for (const { step, about = '', due, agency, owedBy, recipient = null, ruleId, chain } of fresh) {
      this.sql.put.run(transfer, step, about, due, agency, owedBy, recipient, ruleId);
      for (const each of chain) this.sql.putOf.run(each, due, transfer, step, about, isSealed ? 1 : 0);
    }
  }

  /** The duties of an agency and of all below it, the most urgent first, after a place; sealed cases only where asked for. */
  of(agency: string, after: DutyPlace | undefined, limit: number, withSealed = false): readonly DutyRow[] {
    const { due, transferId, step, about } = after ?? { due: '', transferId: '', step: '', about: '' };
    return this.sql.page.all(agency, due, transferId, step, about, limit, withSealed ? 1 : 0) as unknown as DutyRow[];
  }

  /** How many duties are open at this node, and how many of them are overdue. */
  count(now: Instant): { readonly open: number; readonly overdue: number } {
    const row = this.sql.count.get(now) ?? {};
    return { open: Number(row['open']), overdue: Number(row['overdue']) };
  }

  /** How many open duties are due by an instant, or were. */
  dueBy(instant: Instant): number {
    return Number(this.sql.dueBy.get(instant)?.['duties']);
  }
}

const prepareAll = (prepare: (text: string) => StatementSync) => ({
  had: prepare('SELECT step, about, due, agency, owed_by, recipient, rule FROM duties WHERE transfer = ?'),
  forgetOf: prepare('DELETE FROM duty_of WHERE agency = ? AND due = ? AND transfer = ? AND step = ? AND about = ?'),
  forget: prepare('DELETE FROM duties WHERE transfer = ? AND step = ? AND about = ? AND due = ?'),
  put: prepare(
    'INSERT OR REPLACE INTO duties(transfer, step, about, due, agency, owed_by, recipient, rule) VALUES(?,?,?,?,?,?,?,?)',
  ),
  putOf: prepare('INSERT OR IGNORE INTO duty_of(agency, due, transfer, step, about, is_sealed) VALUES(?,?,?,?,?,?)'),
  page: prepare(
    `SELECT o.due, o.transfer AS transferId, o.step, o.about, d.agency, d.owed_by AS owedBy, d.recipient, d.rule AS ruleId
     FROM duty_of o JOIN duties d ON d.transfer = o.transfer AND d.step = o.step AND d.about = o.about AND d.due = o.due
     WHERE o.agency = ?1 AND (o.due, o.transfer, o.step, o.about) > (?2, ?3, ?4, ?5) AND o.is_sealed <= ?7
     ORDER BY o.due, o.transfer, o.step, o.about LIMIT ?6`,
  ),
  count: prepare('SELECT count(*) AS open, coalesce(sum(due < ?), 0) AS overdue FROM duties'),
  dueBy: prepare('SELECT count(*) AS duties FROM duties WHERE due <= ?'),
});
