import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EventStore, EventStoreError, type RecordedEvent } from '@delta-hub/event-store';
import { createLedgerApp } from '../service.js';
import { failing, replacing } from '../testing/failing.js';
import { closedLog, sampleDeps } from '../testing/sample-app.js';
import { sampleKeys, SampleNode } from '../testing/sample-node.js';
import { leafOf, openSampleLog } from '../testing/sample-log.js';
import type { LedgerReport, VerifyOptions } from './report.js';
import { verifyLedger } from './verify-ledger.js';

let node: SampleNode;

beforeEach(async () => {
  node = await closedLog([4, 5]);
});

afterEach(() => node.remove());

const file = (name: string): string => join(node.directory, name);

const verify = (options: VerifyOptions = {}, eventStore: EventStore = node.store): Promise<LedgerReport> =>
  verifyLedger({ directory: node.directory, eventStore }, node.trust, options);

const change = (name: 'ledger.db' | 'lock.db', ...statements: readonly string[]): void => {
  const db = new DatabaseSync(file(name));
  for (const sql of statements) db.exec(sql);
  db.close();
};

const exchangedIn = (table: string): string[] => [
  `UPDATE ${table} SET pos = -1 WHERE pos = 2`,
  `UPDATE ${table} SET pos = 2 WHERE pos = 3`,
  `UPDATE ${table} SET pos = 3 WHERE pos = -1`,
];
const exchanged = exchangedIn('entries');
/** Entries without end. */
const ENDLESS = `WITH RECURSIVE c (x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM c)
  SELECT x AS pos, (SELECT leaf FROM e WHERE pos = 0) AS leaf, x AS store_position FROM c`;
/** The hashes of entries 2 and 3 in their tile. */
const HASHES_EXCHANGED = `UPDATE tiles SET hashes = CAST(substr(hashes, 1, 64) || substr(hashes, 97, 32)
  || substr(hashes, 65, 32) || substr(hashes, 129) AS BLOB)`;

describe('what somebody with the database can do is found', () => {
  it.each<[string, string[], object]>([
    ['an entry deleted', ['DELETE FROM entries WHERE pos = 3'], { what: 'ENTRY_POSITION', position: 3 }],
    ['two entries exchanged', exchanged, { what: 'TILE', position: 2 }],
    ['two entries exchanged, and their hashes', [...exchanged, HASHES_EXCHANGED], { what: 'ID_ROW', position: 2 }],
    [
      'an entry in the place of another',
      ['UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE pos = 5) WHERE pos = 6'],
      { what: 'TILE', position: 6 },
    ],
    [
      'an entry added',
      [`INSERT INTO entries SELECT 9, leaf, 99 FROM entries WHERE pos = 0`],
      { what: 'TILE', position: 9 },
    ],
    [
      'an entry at a place of its own',
      [`INSERT INTO entries SELECT -7, leaf, 99 FROM entries WHERE pos = 0`],
      { what: 'ENTRY_POSITION' },
    ],
    ['an id too many', [`INSERT INTO ids VALUES (x'00', 3)`], { what: 'ID_ROW' }],
    ['a stream too many', [`INSERT INTO streams VALUES (77, 'transfer-x')`], { what: 'STREAM_ROW' }],
    ['a row of a stream too many', ['INSERT INTO stream_entries VALUES (1, 77, 3)'], { what: 'STREAM_ROW' }],
    ['a tile too many', [`INSERT INTO tiles VALUES (0, 1, zeroblob(32))`], { what: 'TILE', position: 9 }],
    ['a hash too many', [`UPDATE tiles SET hashes = CAST(hashes || zeroblob(32) AS BLOB)`], { what: 'TILE' }],
    ['a head too many', [`INSERT INTO heads VALUES (50, zeroblob(32), NULL)`], { what: 'HEAD_SIZE', position: 9 }],
    ['a head of nothing', [`INSERT INTO heads VALUES (0, zeroblob(32), 'x')`], { what: 'HEAD_SIZE', position: 0 }],
    ['a head of less than nothing', [`INSERT INTO heads VALUES (-3, zeroblob(32), NULL)`], { what: 'HEAD_SIZE' }],
    [
      'a line of somebody else in a note',
      [`UPDATE heads SET note = note || '— x AAAAAAAAAAAAAAAA' || char(10) WHERE size = 4`],
      { what: 'HEAD_NOTE', position: 3 },
    ],
    ['an entry before all', ['UPDATE entries SET pos = -1 WHERE pos = 5'], { what: 'ENTRY_POSITION', position: 5 }],
    ['the newest head gone', ['DELETE FROM heads WHERE size = 9'], { what: 'HEAD_SIZE', position: 4 }],
    ['a note gone', ['UPDATE heads SET note = NULL WHERE size = 4'], { what: 'HEAD_NOTE', position: 3 }],
    ['no log', ['DELETE FROM log'], { what: 'ORIGIN' }],
    ['another schema version', ['PRAGMA user_version = 9'], { what: 'FILE' }],
    ['a column gone', ['ALTER TABLE tiles RENAME COLUMN hashes TO h'], { what: 'FILE' }],
    ['a column added', [`ALTER TABLE heads ADD COLUMN more TEXT DEFAULT 'x'`], { what: 'FILE' }],
    ['a table added', ['CREATE TABLE more (x)'], { what: 'FILE' }],
    [
      'a trigger added',
      ['CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries WHERE pos = 0; END'],
      { what: 'FILE' },
    ],
    [
      'a view that never ends in the place of a table',
      ['ALTER TABLE entries RENAME TO e', `CREATE VIEW entries AS ${ENDLESS}`],
      { what: 'FILE' },
    ],
  ])('%s', async (_, statements, fault) => {
    change('ledger.db', ...statements);
    expect(await verify()).toMatchObject({ ok: false, size: 0, root: undefined, fault });
  });

  it('two entries exchanged with all that belongs to them: by the event store, and without it by the next head', async () => {
    change('ledger.db', ...exchanged, ...exchangedIn('ids'), ...exchangedIn('stream_entries'), HASHES_EXCHANGED);
    expect(await verify()).toMatchObject({ ok: false, fault: { what: 'STORE_EVENT', position: 2 } });
    expect(await verify({ level: 'structure' })).toMatchObject({
      ok: false,
      fault: { what: 'HEAD_ROOT', position: 3 },
    });
  });

  it('the end of the log cut off, without a trace in it', async () => {
    const log = openSampleLog(node);
    log.store.discardAfter(4);
    log.crash();
    expect(await verify()).toMatchObject({ fault: { what: 'LOCK', position: 4, found: 'none' } });
  });

  it('an old copy of the log, whole', async () => {
    copyFileSync(file('ledger.db'), file('saved'));
    await closedLog([2], node);
    copyFileSync(file('saved'), file('ledger.db'));
    expect(await verify()).toMatchObject({ fault: { what: 'LOCK', position: 9 } });
  });

  it('an old copy of the lock, or none', async () => {
    copyFileSync(file('lock.db'), file('saved'));
    await closedLog([2], node);
    copyFileSync(file('saved'), file('lock.db'));
    expect(await verify()).toMatchObject({ fault: { what: 'LOCK', position: 9 } });
    rmSync(file('lock.db'));
    expect(await verify()).toMatchObject({ fault: { what: 'LOCK', position: 0 } });
  });

  it('a history written anew, without the key', async () => {
    const other = await closedLog([9], new SampleNode(sampleKeys('32')));
    for (const name of ['ledger.db', 'lock.db']) copyFileSync(join(other.directory, name), file(name));
    expect(await verify()).toMatchObject({ fault: { what: 'EVENT_SIGNATURE', position: 0 } });
    other.remove();
  });

  it('an event gone from the store, or come in between', async () => {
    const [gone] = node.events.all.splice(6, 1);
    expect(await verify()).toMatchObject({ fault: { what: 'STORE_EVENT', position: 6, eventId: gone!.id } });
    node.events.all.splice(6, 0, { ...gone!, id: gone!.id.replace(/.$/, 'e') }, gone!);
    expect(await verify()).toMatchObject({ fault: { what: 'STORE_EVENT', position: 6 } });
  });

  it('a file that is gone', async () => {
    rmSync(file('ledger.db'));
    expect(await verify()).toMatchObject({ ok: false, fault: { what: 'FILE' } });
  });

  it('the log of another node than the one that was meant', async () => {
    expect(await verify({ node: '31' })).toMatchObject({ fault: { what: 'ORIGIN', found: 'delta-hub.cn/ledger/32' } });
    const stranger = { directory: node.directory, eventStore: node.store };
    expect(await verifyLedger(stranger, sampleKeys('31').trust)).toMatchObject({ fault: { what: 'ORIGIN' } });
  });

  it('an event store that cannot be read', async () => {
    const eventStore = replacing(
      node.store as EventStore,
      'readAll',
      () => () => Promise.reject(new EventStoreError('SUBSTRATE_TAMPERED', 'no stream')),
    );
    expect(await verify({}, eventStore)).toMatchObject({ fault: { what: 'STORE', position: 0, found: 'no stream' } });
  });

  it('one event that cannot be read, by its place', async () => {
    const eventStore = replacing(node.store as EventStore, 'readAll', (original) => async (...given) => {
      const events = (await original(...given)) as readonly RecordedEvent[];
      if (events.some(({ position }) => position === 7n)) throw new EventStoreError('SUBSTRATE_TAMPERED', 'no stream');
      return events;
    });
    expect(await verify({}, eventStore)).toMatchObject({ fault: { what: 'STORE', position: 6 } });
  });
});

describe('what a running or killed node leaves is no fault', () => {
  it('events that are not sequenced yet, up to a number, and authentic', async () => {
    await node.append(3);
    expect(await verify()).toMatchObject({ ok: true, size: 9, behind: 3 });
    expect(await verify({ maxBehind: 2 })).toMatchObject({ fault: { what: 'BEHIND', position: 11 } });
    node.events.all[10] = { ...node.events.all[10]!, data: node.events.all[10]!.data.with(90, 65) };
    const { id } = node.events.all[10];
    expect(await verify()).toMatchObject({ fault: { what: 'STORE_EVENT', position: 10, eventId: id } });
  });

  it('entries that are staged and not signed', async () => {
    const leaves = (await node.append(2)).map(leafOf);
    const log = openSampleLog(node);
    const sequencer = log.start({ lock: failing(log.lock, 'compareAndSwap', 'failed', 1) });
    expect(() => sequencer.append(leaves)).toThrow('injected');
    log.crash();
    expect(await verify()).toMatchObject({ ok: true, size: 9, unsigned: 2, behind: 0 });
  });

  it('a head that is locked and not published', async () => {
    const leaves = (await node.append(2)).map(leafOf);
    const log = openSampleLog(node);
    log.start().append(leaves);
    log.crash();
    expect(await verify()).toMatchObject({ ok: true, size: 11, unsigned: 0 });
  });

  it('an event that came twice', async () => {
    node.events.all.push({ ...node.events.all[1]!, position: 10n });
    expect(await verify()).toMatchObject({ ok: true, size: 9, behind: 0 });
    await closedLog([1], node);
    expect(await verify()).toMatchObject({ ok: true, size: 10, behind: 0 });
  });

  it('an empty log', async () => {
    const fresh = new SampleNode();
    const app = await createLedgerApp(sampleDeps(fresh));
    const report = await verifyLedger({ directory: fresh.directory, eventStore: fresh.store }, fresh.trust);
    expect(report).toMatchObject({ ok: true, size: 0, root: undefined, counts: { entries: 0 } });
    await app.close();
    fresh.remove();
  });

  it('a log that grows meanwhile', async () => {
    const app = await createLedgerApp(sampleDeps(node));
    const seen: LedgerReport[] = [];
    for (let round = 0; round < 20; round += 1) {
      const [first] = await node.append(20);
      const waiting = app.sequencer.waitFor(first!.position);
      seen.push(await verify());
      await waiting;
    }
    expect(seen.filter(({ ok }) => !ok)).toEqual([]);
    await app.sequencer.waitFor(node.events.all.at(-1)!.position);
    await app.close();
    expect(await verify()).toMatchObject({ ok: true, size: 409, behind: 0 });
  });
});

describe('a file with one bad byte', () => {
  it.each(['ledger.db', 'lock.db'])('%s: there is always a report, never an error', async (name) => {
    const good = readFileSync(file(name));
    const step = Math.max(1, Math.floor(good.length / 150));
    const verdicts = new Set<boolean>();
    for (let at = 0; at < good.length; at += step) {
      writeFileSync(file(name), good.with(at, good[at]! ^ 0x55));
      verdicts.add((await verify()).ok);
    }
    writeFileSync(file(name), good);
    expect(verdicts).toEqual(new Set([true, false]));
    expect(await verify()).toMatchObject({ ok: true });
  });
});

it('tells how far it is', async () => {
  const told: object[] = [];
  await closedLog([300], node);
  await verify({ progress: (progress) => told.push(progress) });
  expect(told).toEqual([
    { verified: 256, total: 309 },
    { verified: 309, total: 309 },
  ]);
});

it.each([
  [1024, 1023],
  [1500, 2047],
])('a head gone from the history of heads, so that a group would be larger than any: %d', async (size, position) => {
  const large = await closedLog([1024, 476, 900]);
  const verified = () => verifyLedger({ directory: large.directory, eventStore: large.store }, large.trust);
  expect(await verified()).toMatchObject({ ok: true, size: 2400 });
  const db = new DatabaseSync(join(large.directory, 'ledger.db'));
  db.exec(`DELETE FROM heads WHERE size = ${size}`);
  db.close();
  expect(await verified()).toMatchObject({
    ok: false,
    fault: { what: 'HEAD_SIZE', position, expected: 'a head of every 1024 entries or fewer' },
  });
  large.remove();
});
