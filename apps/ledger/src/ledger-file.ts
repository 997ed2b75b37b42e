import type { FileKind } from './database-file.js';

/**
 * `ledger.db`: the log itself. A column is there only if something checks it: `verifyLedger` notices every changed byte.
 * `streams` and `stream_entries` find the entries of a case; `heads` without a note are staged and not signed.
 */
export const ledgerFile: FileKind = {
  mark: 'DHlg',
  version: 1,
  // Five events of 1 KB and their signatures in a page; in one of 4,096 bytes it would be two, and a quarter lost.
  pageBytes: 8192,
  schema: `
    CREATE TABLE log (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      origin TEXT NOT NULL
    ) STRICT;
    CREATE TABLE entries (
      pos INTEGER PRIMARY KEY,
      leaf BLOB NOT NULL,
      store_position INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE ids (
      id BLOB PRIMARY KEY,
      pos INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE streams (
      stream INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE stream_entries (
      stream INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      pos INTEGER NOT NULL,
      PRIMARY KEY (stream, revision)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tiles (
      level INTEGER NOT NULL,
      n INTEGER NOT NULL,
      hashes BLOB NOT NULL,
      PRIMARY KEY (level, n)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE heads (
      size INTEGER PRIMARY KEY,
      root BLOB NOT NULL,
      note TEXT
    ) STRICT;
  `,
};

/** `lock.db`: the newest signed head of each log whose key this node holds. Never to be copied back, never to be edited. */
export const lockFile: FileKind = {
  mark: 'DHlk',
  version: 1,
  pageBytes: 4096,
  // One page a head: while the file of changes grows, a commit takes twice as long as over what is there already.
  pagesOfChanges: 64,
  schema: `
    CREATE TABLE signed (
      origin TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      root BLOB NOT NULL,
      note TEXT NOT NULL
    ) STRICT;
  `,
};
