import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { anEvent, everything, given, mustAppend, someEvents } from '../testing/contract-case.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'events.db');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await directory.dispose();
});

/** Runs SQL on the file as somebody would who is not us. */
const tamper = (sql: string) => {
  const db = new DatabaseSync(path);
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
};

const sized = (bytes: number) => [{ ...anEvent(), data: new Uint8Array(bytes) }];

describe('a full disk', () => {
  it('refuses what has no room with STORAGE_FULL, stores nothing of it, and still takes what has', async () => {
    const store = await openSqliteEventStore(path, { maxBytes: 256 * 1024 });
    await mustAppend(store, 'transfer-1', 'no-stream', sized(100_000));
    const before = await everything(store);
    await expect(store.append('transfer-1', 0n, [...sized(10), ...sized(150_000)])).rejects.toMatchObject({
      name: 'EventStoreError',
      code: 'STORAGE_FULL',
    });
    expect(await everything(store)).toEqual(before);
    await mustAppend(store, 'transfer-1', 0n, sized(100));
    await store.close();
  });

  it('does not spoil the smaller appends of the same moment', async () => {
    const store = await openSqliteEventStore(path, { maxBytes: 256 * 1024 });
    const results = await Promise.allSettled([
      store.append('transfer-1', 'no-stream', sized(1000)),
      store.append('transfer-2', 'no-stream', sized(500_000)),
      store.append('transfer-3', 'no-stream', sized(1000)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await everything(store)).map(({ stream }) => stream)).toEqual(['transfer-1', 'transfer-3']);
    await store.close();
  });

  it('has no room for the tables either', async () => {
    await expect(openSqliteEventStore(path, { maxBytes: 4096 })).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await (await openSqliteEventStore(path)).close();
  });

  it('is a whole number of bytes', async () => {
    await expect(openSqliteEventStore(path, { maxBytes: 0.5 })).rejects.toThrow(RangeError);
  });
});

/** Has COMMIT fail, once, before or after SQLite has done it. */
const failCommit = (errcode: number, when: 'before' | 'after') => {
  jest.restoreAllMocks();
  const run = StatementSync.prototype.run;
  let failed = false;
  jest.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...values) {
    const fails = this.sourceSQL === 'COMMIT' && !failed;
    const result = fails && when === 'before' ? undefined : run.apply(this, values);
    if (!fails) return result!;
    failed = true;
    throw Object.assign(new Error('disk trouble'), { code: 'ERR_SQLITE_ERROR', errcode });
  });
};

const IO_ERROR = 10;
const FULL = 13;

describe('a commit that fails', () => {
  it.each(['before', 'after'] as const)(
    '%s it was done: OUTCOME_UNKNOWN, and the identical call repairs it',
    async (when) => {
      const store = await openSqliteEventStore(path);
      await mustAppend(store, 'transfer-1', 'no-stream', someEvents(1));
      failCommit(IO_ERROR, when);
      const events = someEvents(2);
      await expect(store.append('transfer-1', 0n, events)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(await store.append('transfer-1', 0n, events)).toEqual({ outcome: 'appended', revision: 2n, position: 3n });
      expect(given((await store.read('transfer-1')).slice(1))).toEqual(events);
      await store.close();
    },
  );

  it('leaves every append of its group unknown, refusals too', async () => {
    const store = await openSqliteEventStore(path);
    failCommit(IO_ERROR, 'before');
    const results = await Promise.allSettled([
      store.append('transfer-1', 'no-stream', someEvents(1)),
      store.append('transfer-1', 'no-stream', someEvents(1)),
    ]);
    expect(results.map((result) => result.status === 'rejected' && (result.reason as { code: string }).code)).toEqual([
      'OUTCOME_UNKNOWN',
      'OUTCOME_UNKNOWN',
    ]);
    expect(await everything(store)).toEqual([]);
    await store.close();
  });

  it('for want of room has stored nothing: each append of the group is tried alone', async () => {
    const store = await openSqliteEventStore(path);
    failCommit(FULL, 'before');
    await Promise.all(['1', '2', '3'].map((n) => mustAppend(store, `transfer-${n}`, 'no-stream', someEvents(1))));
    expect(await everything(store)).toHaveLength(3);
    failCommit(FULL, 'before');
    await expect(store.append('transfer-4', 'no-stream', someEvents(1))).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(await everything(store)).toHaveLength(3);
    await store.close();
  });
});

describe('another process that does not stop writing', () => {
  it('makes appends UNAVAILABLE, stores nothing of them, and does not disturb reading', async () => {
    const store = await openSqliteEventStore(path, { busyTimeoutMs: 20 });
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(1));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.append('transfer-1', 0n, someEvents(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await store.read('transfer-1')).toHaveLength(1);
    other.close();
    await mustAppend(store, 'transfer-1', 0n, someEvents(1));
    await store.close();
  });
});

describe('a file that is not an event store of ours', () => {
  const opening = () => openSqliteEventStore(path);

  it.each([
    ['a text', 'invented, and not a database at all\n'.repeat(200)],
    ['a short text', 'x'],
  ])('%s: FOREIGN_STORE, left as it is', async (_, text) => {
    await writeFile(path, text);
    await expect(opening()).rejects.toMatchObject({ code: 'FOREIGN_STORE' });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it("some other program's database: FOREIGN_STORE, left as it is", async () => {
    tamper('CREATE TABLE events (id TEXT)');
    const before = await readFile(path);
    await expect(opening()).rejects.toMatchObject({
      code: 'FOREIGN_STORE',
      message: expect.stringContaining(
        'events.db: a SQLite file of some other program, not an event store',
      ) as unknown as string,
    });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('a database with the mark of another kind: FOREIGN_STORE', async () => {
    tamper('PRAGMA application_id = 1145598578');
    await expect(opening()).rejects.toMatchObject({ code: 'FOREIGN_STORE' });
  });

  it.each([
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events WHERE position = 1; END'],
    ['a view', 'CREATE VIEW more AS SELECT 1 AS one'],
    ['a column', 'ALTER TABLE events ADD COLUMN more TEXT'],
    ['no table of streams', 'DROP TABLE streams'],
  ])('an event store with %s that somebody made: SUBSTRATE_TAMPERED', async (_, sql) => {
    await (await openSqliteEventStore(path)).close();
    tamper(sql);
    await expect(openSqliteEventStore(path)).rejects.toMatchObject({ code: 'SUBSTRATE_TAMPERED' });
  });

  it('an event store of a version to come: SCHEMA_UNKNOWN, naming both versions', async () => {
    await (await opening()).close();
    tamper('PRAGMA user_version = 9');
    await expect(opening()).rejects.toMatchObject({
      code: 'SCHEMA_UNKNOWN',
      message: expect.stringContaining(
        'an event store of schema version 9; this program knows version 2',
      ) as unknown as string,
    });
    expect(tamper('PRAGMA user_version')).toEqual([{ user_version: 9 }]);
  });

  it('a directory, or a place below a file: UNAVAILABLE', async () => {
    await mkdir(path);
    await expect(opening()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await writeFile(join(directory.path, 'file'), '');
    await expect(openSqliteEventStore(join(directory.path, 'file', 'events.db'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it('an empty file becomes one', async () => {
    await writeFile(path, '');
    const store = await opening();
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(1));
    await store.close();
  });
});

describe('a file somebody has tampered with', () => {
  it('says where a stream has a hole', async () => {
    const store = await openSqliteEventStore(path);
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(3));
    tamper('DELETE FROM events WHERE revision = 1');
    await expect(store.read('transfer-1')).rejects.toMatchObject({
      code: 'SUBSTRATE_TAMPERED',
      message: expect.stringMatching(
        /^transfer-1 has event .* at revision 2 where revision 1 must be$/,
      ) as unknown as string,
    });
    await store.close();
  });

  it('does not leave out an event whose stream is gone', async () => {
    const store = await openSqliteEventStore(path);
    await mustAppend(store, 'transfer-1', 'no-stream', someEvents(2));
    tamper('DELETE FROM streams');
    await expect(store.readAll(undefined, 10)).rejects.toMatchObject({ code: 'SUBSTRATE_TAMPERED' });
    const subscription = await store.subscribe(undefined, () => Promise.resolve());
    await expect(subscription.finished).rejects.toMatchObject({ code: 'SUBSTRATE_TAMPERED' });
    await store.close();
  });

  it('never gives a position twice: a subscriber cannot take a new event for one it has seen', async () => {
    const store = await openSqliteEventStore(path);
    const { position } = await mustAppend(store, 'transfer-1', 'no-stream', someEvents(2));
    tamper('DELETE FROM events WHERE revision = 1');
    await expect(store.subscribe(position, () => Promise.resolve())).rejects.toMatchObject({
      code: 'POSITION_BEYOND_END',
    });
    expect((await mustAppend(store, 'transfer-1', 0n, someEvents(1))).position).toBe(position + 1n);
    await store.close();
  });
});
