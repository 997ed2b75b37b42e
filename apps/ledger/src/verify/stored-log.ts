import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tilesOf } from '@delta-hub/ledger';
import { guarded, openToRead } from '../database-file.js';
import { ledgerFile, lockFile } from '../ledger-file.js';
import type { SignedHead, StoredEntry } from '../ledger-store.js';
import { asBigint, asBytes, asNumber, bigintIn, bytesIn, numberIn, prepare, type Row, textIn } from '../row.js';
import { idBytes } from '../sqlite-ledger-store.js';
import { signedHeadIn } from '../sqlite-lock-store.js';
import type { ClaimedHead } from './leaf-walk.js';

/** Where rows say that an event is: by its id, by its place in its stream, and the event before it in the stream. */
export interface FoundPositions {
  readonly ofId: number | undefined;
  readonly inStream: number | undefined;
  readonly before: number | undefined;
}

/** Opens `ledger.db` as it is now: what is written meanwhile is not seen. @throws LedgerFault */
export const openStoredLog = (path: string): StoredLog => {
  const db = openToRead(path, ledgerFile);
  try {
    return guarded(path, () => {
      db.exec('BEGIN');
      return new StoredLog(path, db);
    });
  } catch (error) {
    db.close();
    throw error;
  }
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
      origin: prepare(db, 'SELECT origin FROM log'),
      entries: prepare(db, 'SELECT pos, leaf, store_position FROM entries WHERE pos > ? ORDER BY pos LIMIT ?'),
      storePosition: prepare(db, 'SELECT store_position FROM entries WHERE pos = ?'),
      idPosition: prepare(db, 'SELECT pos FROM ids WHERE id = ?'),
      keyEntries: prepare(
        db,
        `
        SELECT e.pos, e.leaf FROM streams AS s JOIN stream_entries AS n ON n.stream = s.stream
        JOIN entries AS e ON e.pos = n.pos WHERE s.name GLOB 'key-node-*' ORDER BY e.pos`,
      ),
      streamPosition: prepare(
        db,
        `
        SELECT e.pos FROM streams AS s JOIN stream_entries AS e ON e.stream = s.stream
        WHERE s.name = ? AND e.revision = ?`,
      ),
      positions: prepare(
        db,
        `
        SELECT (SELECT pos FROM ids WHERE id = unhex(?, '-')), own.pos, previous.pos
        FROM (SELECT ? AS name, ? AS revision) AS asked
        LEFT JOIN streams AS s ON s.name = asked.name
        LEFT JOIN stream_entries AS own ON own.stream = s.stream AND own.revision = asked.revision
        LEFT JOIN stream_entries AS previous ON previous.stream = s.stream AND previous.revision = asked.revision - 1`,
      ),
      tile: prepare(db, 'SELECT hashes FROM tiles WHERE level = ? AND n = ?'),
      heads: prepare(db, 'SELECT size, root, note FROM heads WHERE size > ? AND size <= ? ORDER BY size'),
      surplusTile: prepare(
        db,
        `
        SELECT level, n, length(hashes) AS bytes FROM tiles
        EXCEPT SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`,
      ),
    };
    for (const often of [this.#sql.entries, this.#sql.positions]) often.setReturnArrays(true);
  }

  origin(): string | undefined {
    return this.#read(() => one(this.#sql.origin.get(), (row) => textIn(row, 'origin')));
  }

  /** Up to `limit` entries after position `after`. */
  entries(after: number, limit: number): readonly StoredEntry[] {
    return this.#read(() =>
      (this.#sql.entries.all(after, limit) as unknown as readonly EntryRow[]).map(([pos, leaf, storePosition]) => ({
        position: asNumber(pos, 'pos'),
        leaf: asBytes(leaf, 'leaf'),
        storePosition: asBigint(storePosition, 'store_position'),
      })),
    );
  }

  /** Where the entry's event is in the event store; undefined when there is no such entry. */
  storePositionOf(position: number): bigint | undefined {
    return this.#read(() => one(this.#sql.storePosition.get(position), (row) => bigintIn(row, 'store_position')));
  }

  positionOfId(eventId: string): number | undefined {
    return this.#read(() => one(this.#sql.idPosition.get(idBytes(eventId)), (row) => numberIn(row, 'pos')));
  }

  /** All that `EntryCheck` looks up of one entry, in one statement: a verification asks it of every event. */
  positionsOf(eventId: string, stream: string, revision: bigint): FoundPositions {
    return this.#read(() => {
      const [ofId, inStream, before] = this.#sql.positions.get(eventId, stream, revision) as unknown as FoundRow;
      return { ofId: positionIn(ofId), inStream: positionIn(inStream), before: positionIn(before) };
    });
  }

  positionInStream(stream: string, revision: bigint): number | undefined {
    return this.#read(() => one(this.#sql.streamPosition.get(stream, revision), (row) => numberIn(row, 'pos')));
  }

  /** The entries of all streams of key events, in log order. */
  keyEntries(): readonly Pick<StoredEntry, 'position' | 'leaf'>[] {
    return this.#read(() =>
      this.#sql.keyEntries.all().map((row) => ({ position: numberIn(row, 'pos'), leaf: bytesIn(row, 'leaf') })),
    );
  }

  tile(level: number, index: number): Uint8Array | undefined {
    return this.#read(() => one(this.#sql.tile.get(level, index), (row) => bytesIn(row, 'hashes')));
  }

  /** The heads of more than `from` and at most `to` entries. */
  headsBetween(from: number, to: number): readonly ClaimedHead[] {
    return this.#read(() =>
      this.#sql.heads.all(from, to).map((row) => ({
        size: numberIn(row, 'size'),
        root: bytesIn(row, 'root'),
        note: row['note'] === null ? undefined : textIn(row, 'note'),
      })),
    );
  }

  /** A single number about the whole log; `none` where there is no row, or nothing in it. */
  count(sql: string, none = 0): number {
    return this.#read(() => Number(Object.values(prepare(this.#db, sql).get() ?? {})[0] ?? none));
  }

  /** The first tile that a tree of this size does not have, or has with another width. */
  surplusTile(size: number): { readonly level: number; readonly n: number; readonly bytes: number } | undefined {
    const expected = tilesOf(size).map(({ level, index, width }) => [level, index, width * 32]);
    return this.#read(() =>
      one(this.#sql.surplusTile.get(JSON.stringify(expected)), (row) => ({
        level: numberIn(row, 'level'),
        n: numberIn(row, 'n'),
        bytes: numberIn(row, 'bytes'),
      })),
    );
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
    const sql = 'SELECT origin, size, root, note FROM signed';
    return { signed: guarded(path, () => prepare(db, sql).all().map(signedHeadIn)), damage: damageIn(path, db) };
  } finally {
    db.close();
  }
};

/** Rows as arrays, which are read faster than rows as objects. */
type EntryRow = readonly [pos: unknown, leaf: unknown, storePosition: unknown];
type FoundRow = readonly [ofId: unknown, inStream: unknown, before: unknown];

const positionIn = (value: unknown): number | undefined => (value === null ? undefined : asNumber(value, 'pos'));

const one = <T>(row: Row | undefined, read: (row: Row) => T): T | undefined =>
  row === undefined ? undefined : read(row);

const damageIn = (path: string, db: DatabaseSync): string | undefined =>
  guarded(path, () => {
    const said = String(Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0]);
    return said === 'ok' ? undefined : said;
  });
