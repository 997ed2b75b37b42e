import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventToAppend, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Projector } from './projections.js';
import { ReadModels } from './read-models.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, CASE, signed } from './testing/sample-records.js';

const FACTS = (['applied', 'opinion', 'consulted', 'received', 'replied'] as const).map((name) =>
  signed(ACTS[name], name === 'received' || name === 'replied' ? '31' : '32'),
);

let dir: string;
let store: InMemoryEventStore;
let feed: StoreFeed;
let readModels: ReadModels;
let projector: Projector;

const open = async (): Promise<void> => {
  feed = new StoreFeed(store);
  readModels = new ReadModels(join(dir, 'read.db'));
  projector = new Projector(feed, readModels, '32');
  feed.start();
  projector.start();
  const head = await store.head();
  if (head !== undefined) await projector.waitFor(head);
};
const close = async (): Promise<void> => {
  await projector.stop();
  await feed.stop();
  readModels.close();
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-cases-'));
  store = new InMemoryEventStore();
  await open();
});
afterEach(async () => {
  await close();
  rmSync(dir, { recursive: true });
});

/** Stores these facts of the case, and waits until the read models have them. */
const receive = async (facts: readonly EventToAppend[]): Promise<void> => {
  const last = (await store.read(CASE)).at(-1)?.revision ?? 'no-stream';
  const result = await store.append(CASE, last, facts);
  if (result.outcome !== 'appended') throw new Error('a conflict');
  await projector.waitFor(result.position);
};

const shown = () => ({
  transfer: readModels.transfer(CASE),
  worklist: readModels.openDuties('prov-320000', undefined, 10),
  look: readModels.cases.toLookAt('2026-01-01T00:00:00.000Z', 10),
});

it('a case shows the same whether its facts came one by one or together, and after a new start', async () => {
  for (const fact of FACTS) await receive([fact]);
  const oneByOne = shown();
  expect(oneByOne.transfer?.status).toBe('REPLIED_AGREE');
  expect(oneByOne.worklist.map(({ step }) => step)).toEqual(['DECISION']);
  expect(oneByOne.look).toEqual([CASE]);

  await close();
  await open();
  expect(shown()).toEqual(oneByOne);

  await close();
  rmSync(join(dir, 'read.db'));
  await open();
  expect(shown()).toEqual(oneByOne);
});

it('after a new start a case goes on from its facts', async () => {
  await receive(FACTS.slice(0, 3));
  await close();
  await open();
  await receive(FACTS.slice(3));
  expect(readModels.transfer(CASE)?.status).toBe('REPLIED_AGREE');
  expect(readModels.openDuties('cca-320509', undefined, 10).map(({ step }) => step)).toEqual(['DECISION']);
});

it('finds the cases of both parties, and no others', async () => {
  await receive(FACTS);
  const of = (agencies: readonly string[] | undefined) =>
    readModels
      .transfers({ agencies, status: undefined, before: undefined, limit: 10 })
      .map(({ summary: { id } }) => id);
  expect(of(undefined)).toEqual([CASE]);
  expect(of(['cca-320509'])).toEqual([CASE]);
  expect(of(['cca-330421', 'cca-310118'])).toEqual([CASE]);
  expect(of(['cca-330421'])).toEqual([]);
});

it('cases are looked at once their instant has come', async () => {
  await receive(FACTS);
  const [first] = readModels.cases.toLookAt('2026-01-01T00:00:00.000Z', 10);
  expect(first).toBe(CASE);
  expect(readModels.cases.toLookAt('2025-03-17T00:00:00.000Z', 10)).toEqual([]);
});
