/**
 * What can go wrong with a SQLite file, in the terms an adapter answers in:
 * - `FULL`: the disk or the quota has no room; nothing was stored
 * - `OUTCOME_UNKNOWN`: the commit failed; stored or not, only a repeat tells
 * - `UNAVAILABLE`: nothing was stored; a later call may succeed
 * - `DAMAGED`: SQLite found the file malformed
 * - `FOREIGN`: the file is not one of ours
 * - `SCHEMA_UNKNOWN`: the file is ours, of a version this program does not know
 */
export type SqliteFaultKind = 'FULL' | 'OUTCOME_UNKNOWN' | 'UNAVAILABLE' | 'DAMAGED' | 'FOREIGN' | 'SCHEMA_UNKNOWN';

export class SqliteFault extends Error {
  constructor(
    readonly kind: SqliteFaultKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'SqliteFault';
  }
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const FULL = 13;
const PROTOCOL = 15;
const CONSTRAINT = 19;
const NOT_A_DATABASE = 26;

/** What node:sqlite throws. Known by its code, not by its class: it may come from another realm than ours. */
interface SqliteError {
  readonly errcode: number;
  readonly message: string;
}

const isSqliteError = (error: unknown): error is SqliteError =>
  typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number';

/** The primary result code of an error of node:sqlite; undefined for every other error. */
const resultCode = (error: unknown): number | undefined => (isSqliteError(error) ? error.errcode & 0xff : undefined);

/** True when another connection was in the way. */
export const isBusy = (error: unknown): boolean => [BUSY, LOCKED, PROTOCOL].includes(resultCode(error) ?? -1);

export const isFull = (error: unknown): boolean => resultCode(error) === FULL;

/** True when a row that must be unique is there already. */
export const isConstraint = (error: unknown): boolean => resultCode(error) === CONSTRAINT;

const kindOf = (error: SqliteError): SqliteFaultKind => {
  if (isFull(error)) return 'FULL';
  return [CORRUPT, NOT_A_DATABASE].includes(resultCode(error) ?? 0) ? 'DAMAGED' : 'UNAVAILABLE';
};

/** An error of SQLite before the commit as a fault; every other error as it is. */
export const asFault = (error: unknown, path: string): unknown =>
  isSqliteError(error) ? new SqliteFault(kindOf(error), `${path}: ${error.message}`, { cause: error }) : error;

/**
 * An error of COMMIT as a fault. A commit that found no room has not written its last frame, without which the
 * write-ahead log does not count; every other failure may have come after that frame.
 */
export const asCommitFault = (error: unknown, path: string): unknown =>
  isFull(error)
    ? asFault(error, path)
    : new SqliteFault('OUTCOME_UNKNOWN', `${path}: the commit failed: ${detailOf(error)}`, { cause: error });

export const detailOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
