import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileKind, guarded, openDatabase, openToRead, transaction } from './database-file.js';

const kind: FileKind = {
  mark: 'DHxx',
  version: 3,
  pageBytes: 4096,
  schema: 'CREATE TABLE t (x INTEGER PRIMARY KEY, y BLOB) STRICT',
};
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delta-hub-file-'));
  path = join(folder, 'below', 'file.db');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a database file', () => {
  it('is made where there is none, and opened where there is one', () => {
    const made = openDatabase(path, kind);
    made.exec('INSERT INTO t VALUES (1, NULL)');
    expect(made.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(made.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    const again = openDatabase(path, kind);
    expect(again.prepare('SELECT count(*) AS rows FROM t').get()).toEqual({ rows: 1 });
    const reading = openToRead(path, kind);
    expect(() => reading.exec('DELETE FROM t')).toThrow('readonly');
    for (const db of [made, again, reading]) db.close();
  });

  it('of something else is left as it is', () => {
    openDatabase(path, kind).close();
    const opening = (other: FileKind) => () => openDatabase(path, other);
    expect(opening({ ...kind, mark: 'DHyy' })).toThrow(expect.objectContaining({ code: 'FILE_FOREIGN' }));
    expect(opening({ ...kind, version: 4 })).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }));
    writeFileSync(path, 'no database at all, but long enough to look at its header');
    expect(opening(kind)).toThrow(expect.objectContaining({ code: 'FILE_FOREIGN' }));
  });

  it('that is missing or empty is not read', () => {
    expect(() => openToRead(path, kind)).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    openDatabase(path, kind).close();
    writeFileSync(path, '');
    expect(() => openToRead(path, kind)).toThrow(expect.objectContaining({ code: 'FILE_FOREIGN' }));
  });

  it('in a place that cannot be written has a code', () => {
    writeFileSync(join(folder, 'below'), '');
    expect(() => openDatabase(path, kind)).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  });
});

describe('a write', () => {
  it('happens whole or not at all, and a full disk has its own code', () => {
    const db = openDatabase(path, kind);
    db.exec('PRAGMA max_page_count = 20');
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
    const write = (x: number, bytes: number) => () =>
      guarded(path, () =>
        transaction(db, () => {
          insert.run(x, Buffer.alloc(10));
          insert.run(x + 1, Buffer.alloc(bytes));
        }),
      );
    write(1, 10)();
    expect(write(3, 1_000_000)).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
    expect(write(0, 10)).toThrow(expect.objectContaining({ code: 'LOCK_CONFLICT' }));
    expect(db.prepare('SELECT x FROM t').all()).toEqual([{ x: 1 }, { x: 2 }]);
    write(3, 10)();
    db.close();
  });
});
