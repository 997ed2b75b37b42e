import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { Refuser } from './refuser.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, recordOf, signed, signerOf } from './testing/sample-records.js';

const record = recordOf(signed(ACTS.applied, '32'), '32');
const clock = new NodeClock('2025-03-20T00:00:00.000Z');

/** The streams of what a node has stored after it refused the record twice. */
const refusedBy = async (node: '31' | '33'): Promise<readonly string[]> => {
  const store = new InMemoryEventStore();
  const refuser = new Refuser(store, { node, signer: signerOf(node), clock, newId: uuidv7 });
  for (let time = 0; time < 2; time += 1) await refuser.refuse(record, { verdict: 'refuse', check: 'KEY', detail: '' });
  expect(await refuser.hasRefused(record)).toBe(true);
  const stored = await store.readAll(undefined, 10);
  await store.close();
  return stored.map(({ stream }) => stream);
};

it('two nodes that refuse one record do it in streams of their own, each once', async () => {
  const streams = [await refusedBy('31'), await refusedBy('33')].flat();
  expect(streams).toHaveLength(2);
  expect(new Set(streams).size).toBe(2);
});

describe('whether a record was refused', () => {
  const other = { ...record, offset: record.offset + 1n };
  const keeper = { node: '31', signer: signerOf('31'), clock, newId: uuidv7 };
  const verdict = { verdict: 'refuse', check: 'KEY', detail: '' } as const;
  let dir: string;
  let store: InMemoryEventStore;
  let feed: StoreFeed;
  let readModels: ReadModels;
  let projector: Projector;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'delta-hub-refuser-'));
    store = new InMemoryEventStore();
    feed = new StoreFeed(store);
    readModels = new ReadModels(join(dir, 'read.db'));
    projector = new Projector(feed, readModels, '31');
    feed.start();
    projector.start();
  });
  afterEach(async () => {
    await projector.stop();
    await feed.stop();
    readModels.close();
    rmSync(dir, { recursive: true });
  });

  /** A refuser of a new process, and how often it reads the store. */
  const newRefuser = (before?: () => ReturnType<ReadModels['refusedPlaces']>) => {
    const read = jest.spyOn(store, 'read');
    read.mockClear();
    return { refuser: new Refuser(store, keeper, before), read };
  };

  it('is known without the store where nothing was refused, also after a new start', async () => {
    await newRefuser().refuser.refuse(record, verdict);
    await projector.waitFor((await store.head())!);
    const { refuser, read } = newRefuser(() => readModels.refusedPlaces());
    expect(await refuser.hasRefused(other)).toBe(false);
    expect(read).not.toHaveBeenCalled();
    expect(await refuser.hasRefused(record)).toBe(true);
    await refuser.refuse(other, verdict);
    expect(await refuser.hasRefused(other)).toBe(true);
  });

  it('is asked of the store while it is not known what was refused before', async () => {
    await newRefuser().refuser.refuse(record, verdict);
    const { refuser } = newRefuser();
    expect([await refuser.hasRefused(record), await refuser.hasRefused(other)]).toEqual([true, false]);
  });

  it('is a question of the record and not of its place alone: a topic that was created again has others there', async () => {
    const { refuser } = newRefuser(() => []);
    await refuser.refuse(record, verdict);
    expect(await refuser.hasRefused({ ...record, logId: 'another' })).toBe(false);
  });
});
