import { DatabaseSync } from 'node:sqlite';
import type { IncomingRecord } from '@delta-hub/broker';
import type { Instant } from '@delta-hub/handoff';

/** A record that waits, and since when. */
export interface HeldRecord {
  readonly record: IncomingRecord;
  readonly since: Instant;
  /** What it waits for, as the check said that could not be passed yet. */
  readonly reason: string;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS held(
    number INTEGER PRIMARY KEY, topic TEXT NOT NULL, log TEXT NOT NULL, partition INTEGER NOT NULL, record_offset TEXT NOT NULL,
    key TEXT NOT NULL, value BLOB NOT NULL, headers TEXT NOT NULL, since TEXT NOT NULL, reason TEXT NOT NULL,
    UNIQUE(topic, log, partition, record_offset)) STRICT;
  CREATE INDEX IF NOT EXISTS held_key ON held(topic, key);`;

/**
 * Records of peers that cannot be judged yet, because what they rest on comes another way and is not here: kept whole, in
 * the order in which they came, with everything of the same case behind them. In the file of the positions, so that a
 * record is never both passed and forgotten.
 */
export class HeldRecords {
  private readonly db: DatabaseSync;
  /** How many are in the file. Nothing else writes it, and it is asked for with every fact. */
  private held: number;

  constructor(path: string) {
    this.db = new DatabaseSync(path);
    this.db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000; ${SCHEMA}`);
    this.held = this.counted();
  }

  /** Whether something of the same case waits already. */
  waits({ topic, key }: IncomingRecord): boolean {
    if (this.held === 0) return false;
    return this.db.prepare('SELECT 1 FROM held WHERE topic = ? AND key = ? LIMIT 1').get(topic, key) !== undefined;
  }

  /** How many different records of a topic wait, and how many of them for this reason. */
  waiting(topic: string, reason: string): { readonly all: number; readonly forReason: number } {
    if (this.held === 0) return { all: 0, forReason: 0 };
    const counted = this.db
      .prepare(
        'SELECT count(DISTINCT value) AS waiting, count(*) FILTER (WHERE reason = ?) AS reason FROM held WHERE topic = ?',
      )
      .get(reason, topic);
    return { all: Number(counted?.['waiting']), forReason: Number(counted?.['reason']) };
  }

  /** Keeps a record; one that is kept already stays as it is, and so does one that came again at another place. */
  put({ topic, logId, partition, offset, key, value, headers }: IncomingRecord, since: Instant, reason: string): void {
    this.db
      .prepare(
        `INSERT INTO held(topic, log, partition, record_offset, key, value, headers, since, reason)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
         WHERE NOT EXISTS (SELECT 1 FROM held WHERE topic = ?1 AND key = ?5 AND value = ?6 AND headers = ?7)
         ON CONFLICT DO NOTHING`,
      )
      .run(topic, logId, partition, offset.toString(), key, value, JSON.stringify(headers), since, reason);
    this.held = this.counted();
  }

  /** All that wait, in the order in which they came. */
  all(): readonly HeldRecord[] {
    if (this.held === 0) return [];
    return this.db
      .prepare('SELECT * FROM held ORDER BY number')
      .all()
      .map((row) => ({
        record: {
          topic: String(row['topic']),
          logId: String(row['log']),
          partition: Number(row['partition']),
          offset: BigInt(String(row['record_offset'])),
          key: String(row['key']),
          value: row['value'] as Uint8Array,
          headers: JSON.parse(String(row['headers'])) as Readonly<Record<string, string>>,
        },
        since: String(row['since']),
        reason: String(row['reason']),
      }));
  }

  remove({ topic, logId, partition, offset }: IncomingRecord): void {
    this.db
      .prepare('DELETE FROM held WHERE topic = ? AND log = ? AND partition = ? AND record_offset = ?')
      .run(topic, logId, partition, offset.toString());
    this.held = this.counted();
  }

  count(): number {
    return this.held;
  }

  close(): void {
    this.db.close();
  }

  private counted(): number {
    return Number(this.db.prepare('SELECT count(*) AS held FROM held').get()?.['held'] ?? 0);
  }
}
