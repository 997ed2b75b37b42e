import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecordedEvent } from '@delta-hub/event-store';
import { closedLog } from '../testing/sample-app.js';
import type { SampleNode } from '../testing/sample-node.js';
import { flipped, placesIn, type Spoiled, spoilsOf } from '../testing/spoiling.js';
import type { LedgerReport } from './report.js';
import { verifyLedger } from './verify-ledger.js';

const verify = (node: SampleNode): Promise<LedgerReport> =>
  verifyLedger({ directory: node.directory, eventStore: node.store }, node.trust, { node: '32' });

/** What each change must name: the entry that the row belongs to. Undefined: about the log as a whole, or a size that moved. */
const expectedPosition = ({ table, column, row, at }: Spoiled, node: SampleNode): number | undefined => {
  if (column === 'size' || column === 'origin') return undefined;
  if (table === 'streams') return node.events.all.findIndex(({ stream }) => stream === row['name']);
  if (table === 'tiles') {
    const slot = Number(row['n']) * 256 + (column === 'hashes' ? Math.floor(at / 32) : 0);
    return slot * 256 ** Number(row['level']);
  }
  return 'pos' in row ? Number(row['pos']) : Number(row['size']) - 1;
};

/** Tries every change; gives those that were not noticed, or whose entry was not named. */
const unnoticed = async (node: SampleNode, changes: readonly Spoiled[]): Promise<string[]> => {
  const missed: string[] = [];
  for (const change of changes) {
    change.spoil();
    const { ok, fault } = await verify(node);
    change.restore();
    const position = expectedPosition(change, node);
    const isNamed = position === undefined || fault?.position === position;
    if (ok || !isNamed) missed.push(`${change.name}: ${JSON.stringify(fault)}, expected entry ${position}`);
  }
  return missed;
};

describe('one changed byte', () => {
  let node: SampleNode;
  let ledger: DatabaseSync;
  let lock: DatabaseSync;

  beforeAll(async () => {
    node = await closedLog([4, 1, 5]);
    ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
    lock = new DatabaseSync(join(node.directory, 'lock.db'));
  });

  afterAll(() => {
    ledger.close();
    lock.close();
    node.remove();
  });

  it('nothing changed: everything is recomputed', async () => {
    expect(await verify(node)).toEqual({
      ok: true,
      origin: 'delta-hub.cn/ledger/32',
      level: 'signatures',
      from: 0,
      size: 10,
      root: expect.stringMatching(/^.{43}=$/),
      standing: { level: 'LOCAL', witnessedAt: undefined },
      // Three heads of the log, and the lock's.
      counts: { entries: 10, tileHashes: 10, heads: 4, events: 10 },
      unsigned: 0,
      behind: 0,
      fault: undefined,
    });
  });

  it.each<[string, readonly string[], number]>([
    ['entries', ['pos'], 12],
    ['ids', ['id'], 5],
    ['streams', ['stream'], 5],
    ['stream_entries', ['stream', 'revision'], 5],
    ['tiles', ['level', 'n'], 320],
    ['heads', ['size'], 60],
    ['log', ['one'], 30],
  ])('in every row and column of ledger.db, table %s', async (table, keys, places) => {
    // SQLite itself keeps `one` as it is.
    const changes = spoilsOf(ledger, table, keys, places).filter(({ column }) => column !== 'one');
    expect(changes.length).toBeGreaterThan(keys.length);
    expect(await unnoticed(node, changes)).toEqual([]);
  });

  it('in every byte of lock.db', async () => {
    expect(await unnoticed(node, spoilsOf(lock, 'signed', ['origin'], 1000))).toEqual([]);
  });

  it('in every row and column of the event store', async () => {
    const missed: string[] = [];
    for (const [index, event] of node.events.all.entries()) {
      const changes: Partial<RecordedEvent>[] = [
        ...placesIn(event.data.length, 12).map((at) => ({ data: flipped(event.data, at) })),
        { id: event.id.replace(/.$/, 'f') },
        { type: `${event.type}x` },
        { stream: `${event.stream}0` },
        { revision: event.revision + 1n },
        { position: event.position + 100n },
      ];
      for (const change of changes) {
        node.events.all[index] = { ...event, ...change };
        const { ok, fault } = await verify(node);
        if (ok || fault?.position !== index)
          missed.push(`${Object.keys(change).join()} of ${index}: ${JSON.stringify(fault)}`);
      }
      node.events.all[index] = event;
    }
    expect(missed).toEqual([]);
  });
});

describe('one changed byte in a log of several tiles', () => {
  let node: SampleNode;

  beforeAll(async () => {
    node = await closedLog([300]);
  });

  afterAll(() => node.remove());

  it('in every tile', async () => {
    const ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
    const changes = spoilsOf(ledger, 'tiles', ['level', 'n'], 5);
    expect(new Set(changes.map(({ row }) => [row['level'], row['n']].map(Number).join('/')))).toEqual(
      new Set(['0/0', '0/1', '1/0']),
    );
    expect(await unnoticed(node, changes)).toEqual([]);
    ledger.close();
  });
});
