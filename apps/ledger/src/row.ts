import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LedgerFault } from './ledger-fault.js';

/** One row as SQLite gives it. A damaged file may hold anything in any column, so each is checked as it is read. */
export type Row = Readonly<Record<string, unknown>>;

/** A statement whose integers are bigint, so that none is too large to be read. */
export const prepare = (db: DatabaseSync, sql: string): StatementSync => {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
};

/** @throws LedgerFault `LEDGER_DAMAGED`, as all below */
export const bytesIn = (row: Row, column: string): Uint8Array => asBytes(row[column], column);

export const textIn = (row: Row, column: string): string => {
  const value = row[column];
  return typeof value === 'string' ? value : damaged(column, 'text');
};

export const bigintIn = (row: Row, column: string): bigint => asBigint(row[column], column);

/** An integer that is exact as a number. */
export const numberIn = (row: Row, column: string): number => asNumber(row[column], column);

/** The same of a value that stood in this column. */
export const asBytes = (value: unknown, column: string): Uint8Array =>
  // Not `instanceof`: jest's realm has an array class of its own.
  ArrayBuffer.isView(value) ? (value as Uint8Array) : damaged(column, 'bytes');

export const asBigint = (value: unknown, column: string): bigint =>
  typeof value === 'bigint' ? value : damaged(column, 'an integer');

export const asNumber = (value: unknown, column: string): number => {
  const number = Number(asBigint(value, column));
  return Number.isSafeInteger(number) ? number : damaged(column, 'a number below 2^53');
};

const damaged = (column: string, expected: string): never => {
  throw new LedgerFault('LEDGER_DAMAGED', `column ${column} does not hold ${expected}`);
};
