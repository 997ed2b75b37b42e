import { DatabaseSync } from 'node:sqlite';
import { HubFault } from './faults.js';

/**
 * Takes a directory for this process until it ends, however it ends: the lock is the operating system's, held through SQLite.
 * @param waitMs how long to wait for a process that is just going down
 * @throws HubFault `DATA_DIR_IN_USE`, `DATA_DIR_INVALID` where nothing can be locked
 */
export const lockDirectory = (file: string, waitMs: number): { release(): void } => {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    // Not in SQLite's exclusive mode: two that begin at once would each keep what the other waits for.
    db.exec(`PRAGMA busy_timeout=${waitMs}; BEGIN EXCLUSIVE`);
    const held = db;
    return { release: () => held.close() };
  } catch (error) {
    db?.close();
    if (isBusy(error))
      throw new HubFault('DATA_DIR_IN_USE', `another process uses this directory: ${file}`, { cause: error });
    throw new HubFault('DATA_DIR_INVALID', `cannot lock ${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** SQLITE_BUSY, with whatever more its upper bits say. A full disk, or one that is not ours to write, is something else. */
const isBusy = (error: unknown): boolean => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
