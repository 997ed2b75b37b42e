import { DatabaseSync, type StatementSync } from 'node:sqlite';

const ID_BYTES = 16;

/**
 * Which events were seen, and where. Kept in a temporary file of SQLite's own, which is gone when it is closed: the
 * memory is the same for ten thousand events and for a million.
 */
export class SeenIds {
  readonly #db = new DatabaseSync('');
  readonly #insert: StatementSync;
  readonly #find: StatementSync;

  constructor() {
    this.#db.exec(`
      PRAGMA temp_store = FILE; PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;
      CREATE TABLE seen (id BLOB PRIMARY KEY, pos INTEGER NOT NULL) STRICT, WITHOUT ROWID; BEGIN`);
    this.#insert = this.#db.prepare('INSERT INTO seen (id, pos) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#find = this.#db.prepare('SELECT pos FROM seen WHERE id = ?');
  }

  /** Adds ids of 16 bytes each, from position `from` on; the first that was seen before comes back with both places. */
  add(ids: Uint8Array, from: number): { readonly position: number; readonly earlier: number } | undefined {
    for (let at = 0; at * ID_BYTES < ids.length; at += 1) {
      const id = ids.subarray(at * ID_BYTES, (at + 1) * ID_BYTES);
      if (Number(this.#insert.run(id, from + at).changes) === 0)
        return { position: from + at, earlier: Number(this.#find.get(id)?.['pos']) };
    }
    return undefined;
  }

  close(): void {
    this.#db.close();
  }
}
