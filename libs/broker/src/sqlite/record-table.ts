import type { FileKind, SqliteFile } from '@delta-hub/local-log/sqlite';
import type { StatementSync } from 'node:sqlite';
import type { IncomingRecord, OutgoingRecord } from '../broker.js';
import type { PartitionBounds } from '../positions.js';

/** The file `broker.db`. A topic has one partition; its next offset is kept beside the records, so that none is given twice. */
export const brokerFile: FileKind = {
  what: 'a broker',
  mark: 'DHbr',
  schemaVersion: 1,
  schema: `
    CREATE TABLE topics (
      topic INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      log_id TEXT NOT NULL,
      next_offset INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE records (
      topic INTEGER NOT NULL,
      "offset" INTEGER NOT NULL,
      key TEXT NOT NULL,
      value BLOB NOT NULL,
      headers TEXT NOT NULL,
      UNIQUE (topic, "offset")
    ) STRICT;
  `,
};

interface TopicRow {
  readonly topic: bigint;
  readonly log_id: string;
  readonly next_offset: bigint;
  readonly oldest: bigint | null;
}

interface RecordRow {
  readonly offset: bigint;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: string;
}

/** The tables of a broker, with the statements that read and write them. All calls are synchronous. */
export class RecordTable {
  readonly #byName: StatementSync;
  readonly #insertTopic: StatementSync;
  readonly #insertRecord: StatementSync;
  readonly #advance: StatementSync;
  readonly #from: StatementSync;

  constructor(file: SqliteFile) {
    this.#byName = file.prepare(`
      SELECT topic, log_id, next_offset, (SELECT min("offset") FROM records r WHERE r.topic = t.topic) AS oldest
      FROM topics t WHERE name = ?`);
    this.#insertTopic = file.prepare('INSERT INTO topics (name, log_id, next_offset) VALUES (?, ?, 0)');
    this.#insertRecord = file.prepare(
      'INSERT INTO records (topic, "offset", key, value, headers) VALUES (?, ?, ?, ?, ?)',
    );
    this.#advance = file.prepare('UPDATE topics SET next_offset = ? WHERE topic = ?');
    this.#from = file.prepare(`
      SELECT r."offset", r.key, r.value, r.headers FROM topics t JOIN records r ON r.topic = t.topic
      WHERE t.name = ? AND t.log_id = ? AND r."offset" >= ? ORDER BY r."offset" LIMIT ?`);
  }

  /** Writes the records behind the others of the topic; to be called while the write lock is held. */
  append(name: string, records: readonly OutgoingRecord[]): void {
    const found = this.#find(name);
    const topic = found?.topic ?? this.#insertTopic.run(name, crypto.randomUUID()).lastInsertRowid;
    let offset = found?.next_offset ?? 0n;
    for (const { key, value, headers } of records)
      this.#insertRecord.run(topic, offset++, key, value, JSON.stringify(headers));
    this.#advance.run(offset, topic);
  }

  /** None for a topic that is not there. */
  bounds(name: string): readonly PartitionBounds[] {
    const found = this.#find(name);
    if (found === undefined) return [];
    const { log_id: logId, next_offset: end, oldest } = found;
    return [{ partition: 0, logId, start: oldest ?? end, end }];
  }

  /** The records of this incarnation of the topic, from an offset on. */
  from(topic: string, logId: string, from: bigint, limit: number): readonly IncomingRecord[] {
    return Array.from(this.#from.all(topic, logId, from, limit), (row) => {
      const { offset, key, value, headers } = row as unknown as RecordRow;
      return { topic, partition: 0, logId, offset, key, value, headers: headersOf(headers) };
    });
  }

  #find(name: string): TopicRow | undefined {
    return this.#byName.get(name) as TopicRow | undefined;
  }
}

const headersOf = (json: string): Readonly<Record<string, string>> => JSON.parse(json) as Record<string, string>;
