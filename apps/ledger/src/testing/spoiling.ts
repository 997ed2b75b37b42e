import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Row = Readonly<Record<string, SQLInputValue>>;

/** One change of one column of one row, and how to undo it. */
export interface Spoiled {
  /** For a failing test: where and how. */
  readonly name: string;
  readonly table: string;
  readonly column: string;
  readonly row: Row;
  /** Which byte was changed; 0 for integers. */
  readonly at: number;
  spoil(): void;
  restore(): void;
}

/** Every change to try on a table: each column of each row, texts and blobs at some bytes, integers by some amounts. */
export const spoilsOf = (db: DatabaseSync, table: string, keys: readonly string[], places = 5): Spoiled[] => {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  const rows = db.prepare(`SELECT * FROM ${table}`).all();
  return rows.flatMap((row) =>
    columns.flatMap(({ name }) =>
      changesOf(row[String(name)] ?? null, places).map((change) => {
        const column = String(name);
        const set = (value: SQLInputValue, key: Row): void => {
          const where = keys.map((one) => `${one} = ${placeholder(row[one])}`).join(' AND ');
          const { changes } = db
            .prepare(`UPDATE ${table} SET ${column} = ${placeholder(row[column])} WHERE ${where}`)
            .run(value, ...keys.map((one) => key[one] ?? null));
          if (Number(changes) !== 1) throw new Error(`${table}.${column}: ${changes} rows changed`);
        };
        const spoiledRow: Row = { ...row, [column]: change.value };
        return {
          name: `${table}.${column} of ${keys.map((key) => printable(row[key])).join('/')}, byte ${change.at}`,
          table,
          column,
          row,
          at: change.at,
          spoil: () => set(change.value, row),
          restore: () => set(row[column] ?? null, spoiledRow),
        };
      }),
    ),
  );
};

const changesOf = (value: SQLInputValue, places: number): { readonly at: number; readonly value: SQLInputValue }[] => {
  if (typeof value === 'number') return [1, 256, 100_000].map((more) => ({ at: 0, value: value + more * 1000 }));
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value as Uint8Array);
  return placesIn(bytes.length, places).map((at) => ({ at, value: flipped(bytes, at) }));
};

/** The first, the last and some bytes between; all of them when there are not more. */
export const placesIn = (length: number, places: number): number[] => {
  const count = Math.min(length, places);
  return Array.from({ length: count }, (_, index) => Math.floor((index * (length - 1)) / Math.max(1, count - 1)));
};

/** A text may be given as bytes. */
const placeholder = (value: SQLInputValue | undefined): string => (typeof value === 'string' ? 'CAST(? AS TEXT)' : '?');

/** One bit of one byte turned over: one that makes no other id of those that count. */
export const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= 0x10;
  return copy;
};

const printable = (value: unknown): string =>
  ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array).toString('hex') : String(value);
