import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tilesOf } from '@delta-hub/ledger';
import { guarded, openToRead } from '../database-file.js';
import { ledgerFile, lockFile } from '../ledger-file.js';
import type { SignedHead, StoredEntry } from '../ledger-store.js';
import { idBytes } from '../sqlite-ledger-store.js';
import type { ClaimedHead } from './leaf-walk.js';

/** Opens `ledger.db` as it is now: what is written meanwhile is not seen. @throws LedgerFault */
export const openStoredLog = (path: string): StoredLog => {
  const db = openToRead(path, ledgerFile);
  db.exec('BEGIN');
  return new StoredLog(path, db);
};

/** The rows of a `ledger.db`, read as they are: nothing here decides whether they are right. */
export class StoredLog {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #sql;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#sql = {
      origin: db.prepare('SELECT origin FROM log'),
      entries: db.prepare('SELECT pos, leaf, store_position FROM entries WHERE pos > ? ORDER BY pos LIMIT ?'),
      idPosition: db.prepare('SELECT pos FROM ids WHERE id = ?'),
      streamPosition: db.prepare(`
        SELECT e.pos FROM streams AS s JOIN stream_entries AS e ON e.stream = s.stream
        WHERE s.name = ? AND e.revision = ?`),
      tile: db.prepare('SELECT hashes FROM tiles WHERE level = ? AND n = ?'),
      heads: db.prepare('SELECT size, root, note FROM heads WHERE size = ?'),
      surplusTile: db.prepare(`
        SELECT level, n, length(hashes) AS bytes FROM tiles
        EXCEPT SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`),
    };
    this.#sql.entries.setReadBigInts(true);
  }

  origin(): string | undefined {
    return this.#read(() => this.#sql.origin.get()?.['origin'] as string | undefined);
  }

  /** Up to `limit` entries after position `after`. */
  entries(after: number, limit: number): readonly StoredEntry[] {
    const rows = this.#read(() => this.#sql.entries.all(after, limit));
    return rows.map((row) => ({
      position: Number(row['pos']),
      leaf: row['leaf'] as Uint8Array,
      storePosition: row['store_position'] as bigint,
    }));
  }

  positionOfId(eventId: string): number | undefined {
    return this.#read(() => this.#sql.idPosition.get(idBytes(eventId))?.['pos'] as number | undefined);
  }

  positionInStream(stream: string, revision: bigint): number | undefined {
    return this.#read(() => this.#sql.streamPosition.get(stream, revision)?.['pos'] as number | undefined);
  }

  tile(level: number, index: number): Uint8Array | undefined {
    return this.#read(() => this.#sql.tile.get(level, index)?.['hashes'] as Uint8Array | undefined);
  }

  headsOf(size: number): readonly ClaimedHead[] {
    return this.#read(() => this.#sql.heads.all(size)).map((row) => ({
      size: Number(row['size']),
      root: row['root'] as Uint8Array,
      note: row['note'] === null ? undefined : String(row['note']),
    }));
  }

  /** A single number about the whole log. */
  count(sql: string): number {
    return this.#read(() => Number(Object.values(this.#db.prepare(sql).get() ?? {})[0] ?? 0));
  }

  /** The first tile that a tree of this size does not have, or has with another width. */
  surplusTile(size: number): { readonly level: number; readonly n: number; readonly bytes: number } | undefined {
    const expected = tilesOf(size).map(({ level, index, width }) => [level, index, width * 32]);
    const row = this.#read(() => this.#sql.surplusTile.get(JSON.stringify(expected)));
    return row as { level: number; n: number; bytes: number } | undefined;
  }

  /** What SQLite itself finds wrong with the file, its indexes included. */
  damage(): string | undefined {
    return damageIn(this.#path, this.#db);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #read<T>(work: () => T): T {
    return guarded(this.#path, work);
  }
}

/** What stands in a `lock.db`, and what SQLite finds wrong with the file. */
export interface StoredLock {
  readonly signed: readonly SignedHead[];
  readonly damage: string | undefined;
}

/** Reads the lock once and lets go of it. @throws LedgerFault */
export const readStoredLock = (path: string): StoredLock => {
  if (!existsSync(path)) return { signed: [], damage: undefined };
  const db = openToRead(path, lockFile);
  try {
    const rows = guarded(path, () => db.prepare('SELECT origin, size, root, note FROM signed').all());
    return { signed: rows as unknown as SignedHead[], damage: damageIn(path, db) };
  } finally {
    db.close();
  }
};

const damageIn = (path: string, db: DatabaseSync): string | undefined =>
  guarded(path, () => {
    const said = String(Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0]);
    return said === 'ok' ? undefined : said;
  });
