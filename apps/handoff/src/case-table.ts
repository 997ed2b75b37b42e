import type { DatabaseSync } from 'node:sqlite';
import { fold } from '@delta-hub/decider';
import {
  hubRules,
  type Instant,
  transferDecider,
  type TransferEvent,
  transferSummary,
  type TransferSummary,
} from '@delta-hub/handoff';
import { prepareOnce } from './prepared.js';
import { actOfRow } from './signed-events.js';

/** Which transfers a list has: those of the given agencies (undefined: of the whole node), below the cursor. */
export interface TransferQuery {
  readonly agencies: readonly string[] | undefined;
  readonly status: string | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** What cases are sorted and chosen by. What a case shows is in its facts: see `CaseTable.of`. */
export const CASE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS transfers(id TEXT PRIMARY KEY, person TEXT NOT NULL, origin TEXT NOT NULL, receiving TEXT NOT NULL, is_sealed INTEGER NOT NULL, status TEXT NOT NULL, touched INTEGER NOT NULL, look_at TEXT) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS transfers_person ON transfers(person);
  CREATE INDEX IF NOT EXISTS transfers_touched ON transfers(touched);
  CREATE INDEX IF NOT EXISTS transfers_look ON transfers(look_at) WHERE look_at IS NOT NULL;`;

/** Whether a transfer is one of those agencies' in `?1`, a JSON list; of all when that is null. */
export const OF_AGENCIES =
  '(?1 IS NULL OR origin IN (SELECT value FROM json_each(?1)) OR receiving IN (SELECT value FROM json_each(?1)))';

/** Cases whose summaries are kept as they were last: several subscribers ask for a case after each of its facts. */
const MOST_KEPT = 1_000;

const summaries = transferSummary(() => hubRules);

/** The cases of a node: folded from the table of facts, so that nothing of a case is written anew with each fact of it. */
export class CaseTable {
  private readonly sql;
  /** Summaries by case, the least recently used first. */
  private readonly kept = new Map<string, TransferSummary>();

  constructor(db: DatabaseSync) {
    this.sql = prepareOnce(db);
  }

  /**
   * A case after these newest facts of it, which are in the table of facts; undefined before its application.
   * `isWhole`: there were none before.
   */
  advance(id: string, acts: readonly TransferEvent[], isWhole: boolean): TransferSummary | undefined {
    const before = isWhole ? transferDecider.initialState : this.kept.get(id)?.facts;
    if (before === undefined) return this.of(id);
    return this.keep(
      id,
      acts.reduce((facts, act) => transferDecider.evolve(facts, act), before),
    );
  }

  /** `look` says when the limits of the case must be looked at again; absent when nothing is waited for. */
  put(summary: TransferSummary, touched: bigint, look: Instant | undefined): void {
    const { id, personId, origin, receiving, confidentiality, status } = summary;
    this.sql(
      `INSERT INTO transfers(id, person, origin, receiving, is_sealed, status, touched, look_at) VALUES(?,?,?,?,?,?,?,?)
         ON CONFLICT(id) DO UPDATE SET status = excluded.status, touched = excluded.touched, look_at = excluded.look_at`,
    ).run(id, personId, origin, receiving, confidentiality === undefined ? 0 : 1, status, touched, look ?? null);
  }

  /** Cases whose limits must be looked at by now, the oldest first. */
  toLookAt(now: Instant, limit: number): readonly string[] {
    return this.sql('SELECT id FROM transfers WHERE look_at <= ? ORDER BY look_at LIMIT ?')
      .all(now, limit)
      .map((row) => String(row['id']));
  }

  /** A case as it was last, if it is kept. */
  keptOf(id: string): TransferSummary | undefined {
    return this.kept.get(id);
  }

  of(id: string): TransferSummary | undefined {
    const known = this.kept.get(id);
    if (known === undefined) return this.keep(id, this.folded(id));
    this.kept.delete(id);
    this.kept.set(id, known);
    return known;
  }

  ofPerson(person: string): readonly TransferSummary[] {
    const rows = this.sql('SELECT id FROM transfers WHERE person = ? ORDER BY touched').all(person);
    return rows.flatMap((row) => this.of(String(row['id'])) ?? []);
  }

  /** Those that are not sealed, newest act first. */
  page(query: TransferQuery): readonly { readonly touched: number; readonly summary: TransferSummary }[] {
    const agencies = query.agencies === undefined ? null : JSON.stringify(query.agencies);
    const rows = this.sql(
      `SELECT id, touched FROM transfers
         WHERE ${OF_AGENCIES}
           AND is_sealed = 0 AND (?2 IS NULL OR status = ?2) AND touched < ?3 ORDER BY touched DESC LIMIT ?4`,
    ).all(agencies, query.status ?? null, query.before ?? Number.MAX_SAFE_INTEGER, query.limit);
    return rows.flatMap((row) => {
      const summary = this.of(String(row['id']));
      return summary === undefined ? [] : [{ touched: Number(row['touched']), summary }];
    });
  }

  /** Forgets what is kept, because what it was made of has been taken back. */
  forget(): void {
    this.kept.clear();
  }

  private folded(id: string) {
    const rows = this.sql('SELECT type, jws FROM facts WHERE stream = ? ORDER BY position').all(id);
    const acts = rows.flatMap(({ type, jws }) => actOfRow({ type: String(type), jws: String(jws) }) ?? []);
    return fold(transferDecider, acts);
  }

  private keep(id: string, facts: TransferSummary['facts']): TransferSummary | undefined {
    const summary = summaries.of(id, facts);
    this.kept.delete(id);
    if (summary === undefined) return undefined;
    this.kept.set(id, summary);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    return summary;
  }
}
