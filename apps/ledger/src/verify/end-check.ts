import type { SignedHead } from '../ledger-store.js';
import { MOST_IN_A_GROUP } from '../event-tail.js';
import { finding } from './finding.js';
import type { Finding, VerifyLevel } from './report.js';
import type { StoredLog } from './stored-log.js';

/** What a log of `size` entries must have, and what its lock says. */
export interface EndState {
  readonly level: VerifyLevel;
  readonly size: number;
  /** Where this verification began: heads before it were not counted. */
  readonly from: number;
  /** Heads that were found good on the way, those of the lock not counted. */
  readonly heads: number;
  /** What the lock held before the log was opened, and after. */
  readonly lockedBefore: SignedHead | undefined;
  readonly lockedAfter: SignedHead | undefined;
}

type Check = (log: StoredLog, state: EndState) => Finding | undefined;

/** What can only be said when every entry has been seen: rows too many or too few, and the agreement with the lock. */
export const endFault: Check = (log, state) => {
  for (const check of state.level === 'structure' ? structureChecks : [...rowChecks, ...structureChecks, fileIsSound]) {
    const fault = check(log, state);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const rowsAreAsMany =
  (what: 'ID_ROW' | 'STREAM_ROW', table: string): Check =>
  (log, { size }) => {
    const rows = log.count(`SELECT count(*) FROM ${table}`);
    return rows === size ? undefined : finding(what, undefined, `${size} rows in ${table}`, String(rows));
  };

const noEmptyStreams: Check = (log) => {
  const empty = log.count('SELECT count(*) FROM streams WHERE stream NOT IN (SELECT stream FROM stream_entries)');
  return empty === 0 ? undefined : finding('STREAM_ROW', undefined, 'no stream without entries', String(empty));
};

const noSurplusTile: Check = (log, { size }) => {
  const tile = log.surplusTile(size);
  if (tile === undefined) return undefined;
  const position = Math.min(size, tile.n * 256 ** (tile.level + 1));
  return finding(
    'TILE',
    position,
    `the tiles of ${size} entries`,
    `tile ${tile.level}/${tile.n} of ${tile.bytes} bytes`,
  );
};

const headsAreKnown: Check = (log, { size, from, heads }) => {
  const stored = log.count(`SELECT count(*) FROM heads WHERE size > ${from}`);
  const newest = log.count('SELECT max(size) FROM heads');
  const empty = log.count('SELECT count(*) FROM heads WHERE size < 1');
  if (empty > 0) return finding('HEAD_SIZE', 0, 'heads of entries', `${empty} of none`);
  if (newest !== size) return finding('HEAD_SIZE', Math.min(size, newest), `a head of ${size}`, `one of ${newest}`);
  return stored === heads ? undefined : finding('HEAD_SIZE', undefined, `${heads} heads of entries`, String(stored));
};

/** Every group has a head, and no group is larger than the largest: where heads are further apart, one is gone. */
const noHeadIsGone: Check = (log) => {
  const before = log.count(
    `SELECT before FROM (SELECT size, lag(size, 1, 0) OVER (ORDER BY size) AS before FROM heads)
     WHERE size - before > ${MOST_IN_A_GROUP} LIMIT 1`,
    -1,
  );
  if (before < 0) return undefined;
  const expected = `a head of every ${MOST_IN_A_GROUP} entries or fewer`;
  return finding('HEAD_SIZE', before + MOST_IN_A_GROUP - 1, expected, `none after the one of ${before}`);
};

/** Only the newest head may be without its note: a crash, or the group in hand. */
const headsAreSigned: Check = (log) => {
  const unsigned = log.count('SELECT min(size) FROM heads WHERE note IS NULL AND size < (SELECT max(size) FROM heads)');
  return unsigned === 0 ? undefined : finding('HEAD_NOTE', unsigned - 1, 'a note', 'none');
};

const lockAgrees: Check = (log, { size, lockedBefore, lockedAfter }) => {
  const before = lockedBefore?.size ?? 0;
  const after = lockedAfter?.size ?? 0;
  if (before > size) return finding('LOCK', size, `an entry: ${before} were signed`, 'none');
  const published = log.count('SELECT max(size) FROM heads WHERE note IS NOT NULL');
  if (published > after) return finding('LOCK', Math.max(0, after), `a head of ${published}`, `one of ${after}`);
  return size - after > MOST_IN_A_GROUP
    ? finding('HEAD_SIZE', after, `at most ${MOST_IN_A_GROUP} entries without a signature`, String(size - after))
    : undefined;
};

const fileIsSound: Check = (log) => {
  const damage = log.damage();
  return damage === undefined ? undefined : finding('FILE', undefined, 'a sound file', damage);
};

const rowChecks: readonly Check[] = [
  rowsAreAsMany('ID_ROW', 'ids'),
  rowsAreAsMany('STREAM_ROW', 'stream_entries'),
  noEmptyStreams,
];
const structureChecks: readonly Check[] = [noSurplusTile, headsAreKnown, noHeadIsGone, headsAreSigned, lockAgrees];
