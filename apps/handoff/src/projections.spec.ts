import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { wireType } from '@delta-hub/contracts';
import { type EventToAppend, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, CASE, signed } from './testing/sample-records.js';
import { until } from './testing/until.js';

let dir: string;
let store: InMemoryEventStore;
let feed: StoreFeed;
let readModels: ReadModels;
let projector: Projector;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-projector-'));
  store = new InMemoryEventStore();
  feed = new StoreFeed(store);
  readModels = new ReadModels(join(dir, 'read.db'));
  projector = new Projector(feed, readModels, '32');
  feed.start();
});
afterEach(async () => {
  await projector.stop();
  await feed.stop();
  readModels.close();
  rmSync(dir, { recursive: true });
});

const FACTS = [signed(ACTS.applied, '32'), signed(ACTS.opinion, '32'), signed(ACTS.consulted, '32')];
/** Nothing that this program stores: an application whose bytes say nothing. */
const POISON: EventToAppend = { id: crypto.randomUUID(), type: wireType('transfer.applied'), data: Buffer.from('e30') };

it('a fact that cannot be shown is told of, and everything before it is shown and kept', async () => {
  await store.append(CASE, 'no-stream', FACTS);
  await store.append('transfer-poison', 'no-stream', [POISON]);
  projector.start();
  await projector.waitFor(3n);
  await until(async () => (await projector.state()).fault !== undefined);
  expect(await projector.state()).toMatchObject({ position: '3', behind: 1 });
  expect(readModels.factsOfStream(CASE)).toHaveLength(3);
  const again = new ReadModels(join(dir, 'read.db'));
  expect([again.position(), again.factsOfStream(CASE)]).toEqual([3n, readModels.factsOfStream(CASE)]);
  again.close();
});

it('nobody is told that something is shown which was taken back: who waits for it waits until it is shown again', async () => {
  projector.start();
  await store.append(CASE, 'no-stream', FACTS);
  await projector.waitFor(3n);
  // A disk that is full for a moment.
  const put = readModels.putFact.bind(readModels);
  readModels.putFact = () => {
    readModels.putFact = put;
    throw new Error('full');
  };
  const shown: number[] = [];
  const takenBack = readModels.takenBack;
  readModels.takenBack = () => {
    takenBack();
    void projector.waitFor(1n).then(() => shown.push(readModels.factsOfStream(CASE).length));
  };
  await store.append(CASE, 2n, [signed(ACTS.received, '31')]);
  await projector.waitFor(4n);
  expect(shown).toEqual([1]);
  expect(readModels.factsOfStream(CASE)).toHaveLength(4);
});

it('what nobody adds to is committed soon', async () => {
  projector.start();
  await store.append(CASE, 'no-stream', FACTS);
  await projector.waitFor(3n);
  const other = new DatabaseSync(join(dir, 'read.db'), { readOnly: true });
  await until(() => other.prepare('SELECT position FROM progress').get()?.['position'] === 3);
  other.close();
});
