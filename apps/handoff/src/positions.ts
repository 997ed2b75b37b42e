import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { IncomingRecord, Position } from '@delta-hub/broker';

/**
 * How far each subscriber of this node has come: `positions.db`.
 * A position is saved after the work it stands for, so a crash repeats work and never skips it; all work here is idempotent,
 * and a position that a power cut takes back (synchronous=NORMAL) only repeats a little more of it.
 */
export class Positions {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;
      CREATE TABLE IF NOT EXISTS positions(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT`);
  }

  get(name: string): string | undefined {
    const row = this.sql('SELECT value FROM positions WHERE name = ?').get(name);
    return row === undefined ? undefined : String(row['value']);
  }

  set(name: string, value: string): void {
    this.sql(
      'INSERT INTO positions(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value',
    ).run(name, value);
  }

  /** The subscriber of this name begins anew. */
  forget(name: string): void {
    this.sql('DELETE FROM positions WHERE name = ?').run(name);
  }

  close(): void {
    this.db.close();
  }

  /** Each statement is prepared once. */
  private sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) this.statements.set(text, (statement = this.db.prepare(text)));
    return statement;
  }
}

/** Forgets, while the node does not run, how far these subscribers have come. */
export const forgetPositions = (path: string, names: readonly string[]): void => {
  const positions = new Positions(path);
  for (const name of names) positions.forget(name);
  positions.close();
};

/** Whether a fault of a topic says that a position does not fit the log any more: no retry mends it. */
export const isPlaceLost = (error: unknown): boolean => LOST.has((error as { code?: unknown }).code);
const LOST: ReadonlySet<unknown> = new Set(['POSITION_LOST', 'POSITION_BEYOND_END', 'LOG_REPLACED']);

/** The position in the event store up to which a subscriber of this name has done everything; undefined before the first. */
export const storePosition = (positions: Positions, name: string): bigint | undefined => {
  const saved = positions.get(name);
  return saved === undefined ? undefined : BigInt(saved);
};

/** The places in a topic up to which a consumer has taken everything. */
export const positionsIn = (positions: Positions, name: string): readonly Position[] => placesIn(positions.get(name));

/** What to save once a record has been taken. */
export const withPosition = (saved: string | undefined, { partition, offset, logId }: IncomingRecord): string => {
  const others = placesIn(saved).filter((position) => position.partition !== partition);
  const all = [...others, { partition, offset, logId }];
  return JSON.stringify(all.map((position) => ({ ...position, offset: position.offset.toString() })));
};

const placesIn = (saved: string | undefined): readonly Position[] => {
  if (saved === undefined) return [];
  const list = JSON.parse(saved) as { partition: number; offset: string; logId: string }[];
  return list.map((position) => ({ ...position, offset: BigInt(position.offset) }));
};
