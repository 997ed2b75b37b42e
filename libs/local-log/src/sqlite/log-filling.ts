import { statfsSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * How long a log is copied back, in pages of 4 KiB. Whoever fills it waits until that is done: 16 ms after every thousand
 * facts, not 4 ms after every 130.
 */
export const LOG_PAGES = 8192;
/** A page and what the log says of it. */
const FRAME_BYTES = 4096 + 24;
/** What is written into the log apart from the pages of the value: the row, the table, what SQLite keeps of both. */
const OTHER_PAGES = 8;
/** Not where a disk has less than this many times as much left. */
const LEAST_ROOM = 16;

/**
 * Makes the write-ahead log of a database as long as it ever becomes. A commit that makes it longer waits until the file
 * system has written down the file's new length, and with it whatever else it has to: half as long again, and at times much
 * longer. What is written here is taken back: SQLite leaves it where it is, and commits go over it. Does nothing where that is
 * not possible now. Not to be called in a transaction.
 */
export const fillLog = (db: DatabaseSync, path: string): void => {
  const { cache_size: cacheSize } = db.prepare('PRAGMA cache_size').get() as { cache_size: number };
  try {
    const missing = LOG_PAGES - Math.floor(statSync(`${path}-wal`).size / FRAME_BYTES);
    const { bavail, bsize } = statfsSync(path);
    if (missing <= OTHER_PAGES || bavail * bsize < LEAST_ROOM * missing * FRAME_BYTES) return;
    db.exec('PRAGMA cache_size = 16; BEGIN IMMEDIATE; CREATE TABLE filling (bytes BLOB)');
    // Each page of a value but the first has four bytes of its own.
    db.prepare('INSERT INTO filling VALUES (zeroblob(?))').run((missing - OTHER_PAGES) * 4092);
  } catch {
    // Another process writes, or there is no room: every commit makes the log longer, as it would have.
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK');
    db.exec(`PRAGMA cache_size = ${cacheSize}`);
  }
};
