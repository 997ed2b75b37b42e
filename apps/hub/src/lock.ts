import { DatabaseSync } from 'node:sqlite';
import { HubFault } from './faults.js';

/**
 * Takes a directory for this process until it ends, however it ends: the lock is the operating system's, held through SQLite.
 * @param waitMs how long to wait for a process that is just going down
 */
export const lockDirectory = (file: string, waitMs: number): { release(): void } => {
  const db = new DatabaseSync(file);
  try {
    db.exec(`PRAGMA busy_timeout=${waitMs}; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE`);
  } catch (error) {
    db.close();
    throw new HubFault('DATA_DIR_IN_USE', `another process uses this directory: ${file}`, { cause: error });
  }
  return { release: () => db.close() };
};
