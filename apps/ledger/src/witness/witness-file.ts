import type { FileKind } from '../database-file.js';

/**
 * `witness.db`: the newest head of each log that this node cosigned (never to be copied back: a witness that forgets
 * can be made to cosign two histories), what others cosigned of its own log, and the forks that it knows.
 * Times are Unix seconds.
 */
export const witnessFile: FileKind = {
  mark: 'DHwt',
  version: 1,
  pageBytes: 4096,
  schema: `
    CREATE TABLE witnessed (
      origin TEXT PRIMARY KEY,
      size INTEGER NOT NULL,
      root BLOB NOT NULL,
      note TEXT NOT NULL
    ) STRICT;
    CREATE TABLE own_heads (
      size INTEGER PRIMARY KEY,
      root BLOB NOT NULL,
      note TEXT NOT NULL,
      level INTEGER NOT NULL,
      witnessed_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX witnessed_heads ON own_heads (size) WHERE level >= 1;
    CREATE INDEX sealed_heads ON own_heads (size) WHERE level >= 2;
    CREATE TABLE cosignatures (
      size INTEGER NOT NULL,
      witness TEXT NOT NULL,
      key_id BLOB NOT NULL,
      first_signature BLOB NOT NULL,
      first_time INTEGER NOT NULL,
      last_signature BLOB NOT NULL,
      last_time INTEGER NOT NULL,
      PRIMARY KEY (size, witness, key_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE forks (
      id TEXT PRIMARY KEY,
      origin TEXT NOT NULL,
      proof TEXT NOT NULL,
      found_at TEXT NOT NULL,
      settled_at TEXT,
      reason TEXT
    ) STRICT;
  `,
};
