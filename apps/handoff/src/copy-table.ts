import type { DatabaseSync } from 'node:sqlite';

/** A copy in an inbox: where it stands in the list, and which one of its case it is. */
export interface CopyRow {
  readonly number: number;
  readonly transferId: string;
  readonly about: string;
}

/** One copy as its case has it. */
export interface CopyEntry {
  /** The copied fact and the office, e.g. `transfer.decided/origin-police`. */
  readonly about: string;
  readonly recipient: string;
  readonly isOpen: boolean;
}

export const COPY_SCHEMA = `
  CREATE TABLE IF NOT EXISTS copies(number INTEGER PRIMARY KEY, recipient TEXT NOT NULL, transfer TEXT NOT NULL, about TEXT NOT NULL, is_open INTEGER NOT NULL, UNIQUE(transfer, about)) STRICT;
  CREATE INDEX IF NOT EXISTS copies_recipient ON copies(recipient, number);
  CREATE INDEX IF NOT EXISTS copies_open ON copies(recipient, number) WHERE is_open = 1;`;

/** The inboxes of all recipients 抄送对象 that this node knows of. Part of the read models: written in their transaction. */
export class CopyTable {
  private readonly sql;

  constructor(db: DatabaseSync) {
    const page = (filter: string): string =>
      `SELECT number, transfer AS transferId, about FROM copies
       WHERE recipient = ? AND number < ? ${filter} ORDER BY number DESC LIMIT ?`;
    this.sql = {
      put: db.prepare(
        `INSERT INTO copies(recipient, transfer, about, is_open) VALUES(?,?,?,?)
         ON CONFLICT(transfer, about) DO UPDATE SET recipient = excluded.recipient, is_open = excluded.is_open`,
      ),
      all: db.prepare(page('')),
      open: db.prepare(page('AND is_open = 1')),
    };
  }

  /** Puts the copies of a case; each keeps its place in the list. */
  put(transfer: string, copies: readonly CopyEntry[]): void {
    for (const { about, recipient, isOpen } of copies) this.sql.put.run(recipient, transfer, about, isOpen ? 1 : 0);
  }

  /** The copies of a recipient, newest first, below the cursor. */
  of(recipient: string, isOpen: boolean, before: number | undefined, limit: number): readonly CopyRow[] {
    const statement = isOpen ? this.sql.open : this.sql.all;
    return statement.all(recipient, before ?? Number.MAX_SAFE_INTEGER, limit) as unknown as CopyRow[];
  }
}
