import { rmSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';

/** Where a node's own files are: paths, or SQLite's names of databases in memory that last while somebody has them open. */
export interface FileNames {
  readonly positions: string;
  readonly readModels: string;
}

/** Rows of the positions' file. */
type Positions = readonly Readonly<Record<string, SQLOutputValue>>[];

/** The files of a node's own, which outlive its crashes, and what can become of them. */
export class NodeFiles {
  private readonly positions: DatabaseSync;
  private readModels: DatabaseSync;

  constructor(readonly names: FileNames) {
    this.positions = new DatabaseSync(names.positions);
    this.readModels = new DatabaseSync(names.readModels);
  }

  /** How far the subscribers are, as it stands in the file. */
  positionsNow(): Positions {
    const isThere = this.positions.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'positions'`).get() !== undefined;
    return isThere ? this.positions.prepare('SELECT name, value FROM positions').all() : [];
  }

  /** The positions are those of an earlier time: what had not reached the disk is taken back. */
  takeBack(earlier: Positions): void {
    this.positions.exec('DELETE FROM positions');
    const put = this.positions.prepare('INSERT INTO positions(name, value) VALUES(?, ?)');
    for (const { name, value } of earlier) put.run(name!, value!);
  }

  /** The read models are gone; they are derived. */
  loseReadModels(): void {
    const { readModels: name } = this.names;
    this.readModels.close();
    if (!name.startsWith('file:'))
      for (const file of [name, `${name}-wal`, `${name}-shm`]) rmSync(file, { force: true });
    this.readModels = new DatabaseSync(name);
  }

  /**
   * Until `unlock` nothing can be written: the disk is full. Only for files in memory, where nobody waits for a lock. Read
   * models with something that is not committed yet are not locked.
   */
  lock(): void {
    for (const file of this.files) {
      try {
        file.exec('BEGIN IMMEDIATE');
      } catch (error) {
        if ((error as { errstr?: unknown }).errstr !== 'database table is locked') throw error;
      }
    }
  }

  unlock(): void {
    for (const file of this.files) if (file.isTransaction) file.exec('ROLLBACK');
  }

  private get files(): readonly DatabaseSync[] {
    return [this.positions, this.readModels];
  }

  close(): void {
    this.positions.close();
    this.readModels.close();
  }
}
