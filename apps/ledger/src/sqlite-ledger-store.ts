import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { tileWidth } from '@delta-hub/ledger';
import { guarded, openDatabase, transaction } from './database-file.js';
import { ledgerFile } from './ledger-file.js';
import { bigintIn, bytesIn, numberIn, prepare, textIn } from './row.js';
import type { Batch, Entry, LedgerStore, SignedHead, StoredEntry, StoredHead } from './ledger-store.js';

/** Opens the log in the file `path`. @throws LedgerFault */
export const openLedgerStore = (path: string): LedgerStore =>
  new SqliteLedgerStore(path, openDatabase(path, ledgerFile));

/** An event id as it is stored: 16 bytes. */
export const idBytes = (eventId: string): Buffer => Buffer.from(eventId.replaceAll('-', ''), 'hex');

const HASH_BYTES = 32;
/** Numbers of streams that are kept in memory: those that are written to just now. */
const MOST_STREAMS_KEPT = 10_000;

class SqliteLedgerStore implements LedgerStore {
  readonly #path: string;
  #db: DatabaseSync;
  #sql: Statements;
  readonly #streams = new Map<string, bigint | number>();

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.#sql = prepareAll(db);
  }

  claim(origin: string): string {
    return guarded(this.#path, () => {
      this.#sql.claim.run(origin);
      return textIn(this.#sql.origin.get() ?? {}, 'origin');
    });
  }

  stage({ entries, tiles, state, signed }: Batch): void {
    this.#write(() => {
      if (signed !== undefined) this.#sql.note.run(signed.note, signed.size);
      for (const entry of entries) this.#insert(entry);
      for (const { level, index, hashes } of tiles) this.#sql.putTile.run(level, index, hashes);
      this.#sql.putHead.run(state.size, state.root);
    });
  }

  publish({ note, size }: SignedHead): void {
    this.#write(() => this.#sql.note.run(note, size));
  }

  discardAfter(size: number): void {
    this.#write(() => {
      this.#streams.clear();
      for (const statement of this.#sql.discard) statement.run(size);
      this.#sql.dropEmptyStreams.run();
      for (const row of this.#sql.tileNames.all()) {
        const [level, n] = [numberIn(row, 'level'), numberIn(row, 'n')];
        const width = tileWidth(level, n, size);
        if (width === 0) this.#sql.dropTile.run(level, n);
        else this.#sql.cutTile.run(width * HASH_BYTES, level, n);
      }
    });
  }

  newestHead(): StoredHead | undefined {
    return this.#head(this.#sql.newestHead);
  }

  newestSignedHead(): StoredHead | undefined {
    return this.#head(this.#sql.newestSignedHead);
  }

  entries(from: number, to: number): readonly StoredEntry[] {
    return guarded(this.#path, () =>
      this.#sql.entries.all(from, to).map((row) => ({
        position: numberIn(row, 'pos'),
        leaf: bytesIn(row, 'leaf'),
        storePosition: bigintIn(row, 'store_position'),
      })),
    );
  }

  tile(level: number, index: number): Uint8Array | undefined {
    return guarded(this.#path, () => {
      const row = this.#sql.tile.get(level, index);
      return row === undefined ? undefined : bytesIn(row, 'hashes');
    });
  }

  positionsOf(eventIds: readonly string[]): ReadonlyMap<string, number> {
    const hex = new Map(eventIds.map((id) => [idBytes(id).toString('hex'), id]));
    return guarded(this.#path, () => {
      const rows = this.#sql.positionsOf.all(JSON.stringify([...hex.keys()]));
      return new Map(rows.map((row) => [hex.get(textIn(row, 'id')) ?? '', numberIn(row, 'pos')]));
    });
  }

  positionsIn(streams: readonly string[]): ReadonlyMap<string, readonly number[]> {
    const rows = guarded(this.#path, () => this.#sql.positionsIn.all(JSON.stringify(streams)));
    const byStream = Map.groupBy(rows, (row) => textIn(row, 'name'));
    return new Map([...byStream].map(([name, its]) => [name, its.map((row) => numberIn(row, 'pos'))]));
  }

  keyEntries(): readonly Pick<StoredEntry, 'position' | 'leaf'>[] {
    return guarded(this.#path, () =>
      this.#sql.keyEntries.all().map((row) => ({ position: numberIn(row, 'pos'), leaf: bytesIn(row, 'leaf') })),
    );
  }

  revisionsOf(streams: readonly string[]): ReadonlyMap<string, bigint> {
    const rows = guarded(this.#path, () => this.#sql.revisionsOf.all(JSON.stringify(streams)));
    return new Map(rows.map((row) => [textIn(row, 'name'), bigintIn(row, 'revision')]));
  }

  reopen(): void {
    this.close();
    this.#streams.clear();
    this.#db = openDatabase(this.#path, ledgerFile);
    this.#sql = prepareAll(this.#db);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #insert({ position, eventId, leaf, stream, revision, storePosition }: Entry): void {
    this.#sql.putEntry.run(position, leaf, storePosition);
    this.#sql.putId.run(idBytes(eventId), position);
    this.#sql.putStreamEntry.run(this.#streamNumber(stream), revision, position);
  }

  /** The number that stands for a stream; a stream that is new gets one. */
  #streamNumber(name: string): bigint | number {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const row = this.#sql.streamNumber.get(name);
    const number = row === undefined ? this.#sql.putStream.run(name).lastInsertRowid : bigintIn(row, 'stream');
    if (this.#streams.size >= MOST_STREAMS_KEPT) this.#streams.clear();
    this.#streams.set(name, number);
    return number;
  }

  #head(statement: StatementSync): StoredHead | undefined {
    const row = guarded(this.#path, () => statement.get());
    if (row === undefined) return undefined;
    return {
      size: numberIn(row, 'size'),
      root: bytesIn(row, 'root'),
      note: row['note'] === null ? undefined : textIn(row, 'note'),
    };
  }

  #write(work: () => void): void {
    try {
      guarded(this.#path, () => transaction(this.#db, work));
    } catch (error) {
      this.#streams.clear();
      throw error;
    }
  }
}

type Statements = ReturnType<typeof prepareAll>;

const prepareAll = (db: DatabaseSync) => {
  const sql = (text: string): StatementSync => prepare(db, text);
  return {
    claim: sql('INSERT INTO log (one, origin) VALUES (1, ?) ON CONFLICT DO NOTHING'),
    origin: sql('SELECT origin FROM log'),
    streamNumber: sql('SELECT stream FROM streams WHERE name = ?'),
    putStream: sql('INSERT INTO streams (name) VALUES (?)'),
    putEntry: sql('INSERT INTO entries (pos, leaf, store_position) VALUES (?, ?, ?)'),
    putId: sql('INSERT INTO ids (id, pos) VALUES (?, ?)'),
    putStreamEntry: sql('INSERT INTO stream_entries (stream, revision, pos) VALUES (?, ?, ?)'),
    putTile: sql(
      'INSERT INTO tiles (level, n, hashes) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hashes = excluded.hashes',
    ),
    putHead: sql('INSERT INTO heads (size, root) VALUES (?, ?)'),
    note: sql('UPDATE heads SET note = ? WHERE size = ?'),
    discard: [
      'DELETE FROM stream_entries WHERE pos >= ?',
      'DELETE FROM ids WHERE pos >= ?',
      'DELETE FROM entries WHERE pos >= ?',
      'DELETE FROM heads WHERE size > ?',
    ].map(sql),
    dropEmptyStreams: sql('DELETE FROM streams WHERE stream NOT IN (SELECT stream FROM stream_entries)'),
    tileNames: sql('SELECT level, n FROM tiles'),
    dropTile: sql('DELETE FROM tiles WHERE level = ? AND n = ?'),
    cutTile: sql('UPDATE tiles SET hashes = substr(hashes, 1, ?) WHERE level = ? AND n = ?'),
    newestHead: sql('SELECT size, root, note FROM heads ORDER BY size DESC LIMIT 1'),
    newestSignedHead: sql('SELECT size, root, note FROM heads WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1'),
    entries: sql('SELECT pos, leaf, store_position FROM entries WHERE pos >= ? AND pos < ? ORDER BY pos'),
    tile: sql('SELECT hashes FROM tiles WHERE level = ? AND n = ?'),
    positionsOf: sql(
      'SELECT asked.value AS id, ids.pos FROM json_each(?) AS asked JOIN ids ON ids.id = unhex(asked.value)',
    ),
    keyEntries: sql(`
      SELECT e.pos, e.leaf FROM streams AS s JOIN stream_entries AS n ON n.stream = s.stream
      JOIN entries AS e ON e.pos = n.pos WHERE s.name GLOB 'key-node-*' ORDER BY e.pos`),
    positionsIn: sql(`
      SELECT s.name, e.pos FROM json_each(?) AS asked
      JOIN streams AS s ON s.name = asked.value JOIN stream_entries AS e ON e.stream = s.stream ORDER BY e.pos`),
    revisionsOf: sql(`
      SELECT s.name, max(e.revision) AS revision FROM json_each(?) AS asked
      JOIN streams AS s ON s.name = asked.value JOIN stream_entries AS e ON e.stream = s.stream GROUP BY s.name`),
  };
};
