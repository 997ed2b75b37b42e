import { DatabaseSync, type StatementSync } from 'node:sqlite';

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
