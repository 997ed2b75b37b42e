import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Broker } from '@delta-hub/broker';
import type { EventStore } from '@delta-hub/event-store';
import type { Chance } from './chance.js';
import { type Scale, simulate, type Turns } from './simulate.js';
import { inMemory, onSqlite, type Substrate } from './world.js';

jest.setTimeout(300_000);

const SCALE = { cases: 12, acts: 800 };
const FIRST_SEED = Number(process.env['SIMULATION_SEED'] ?? 1);
const WORLDS = Number(process.env['SIMULATION_WORLDS'] ?? 6);

let directory: string;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance', 'Date'] });
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-simulation-'));
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A pause of a subscriber that waits to try again takes no time here: it ends when nothing else happens. */
const turns: Turns = {
  pass: async (count) => {
    for (let passed = 0; passed < count; passed += 1) {
      await turn();
      if (passed % 8 === 7) jest.advanceTimersByTime(50);
    }
  },
  until: async (promise) => {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    for (let passed = 0; !isSettled; passed += 1) {
      await turn();
      if (passed % 8 === 7) jest.advanceTimersByTime(50);
    }
    return promise;
  },
};

const played = new Set<string>();

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => FIRST_SEED + index);
const run = async (seed: number, scale: Scale, substrate: typeof inMemory | typeof onSqlite): Promise<void> => {
  const result = await simulate(seed, scale, { substrate, directory, turns });
  // A seed is the whole history: SIMULATION_SEED=<seed> SIMULATION_WORLDS=1 plays it again.
  expect(result).toMatchObject({ seed, broken: [] });
  for (const type of Object.keys(result.types)) played.add(type);
};

it.each(seeds(WORLDS))(
  'seed %d in memory: one agency answers at every instant, both sides agree, nothing is lost or doubled',
  (seed) => run(seed, SCALE, inMemory),
);

it.each(seeds(Math.ceil(WORLDS / 4)))('seed %d on SQLite: the same', (seed) =>
  run(seed, { cases: 4, acts: 250 }, onSqlite),
);

it('the worlds above have played what the law knows beside the ordinary course', () => {
  expect([...played]).toEqual(
    expect.arrayContaining([
      ...['transfer.copy-sent', 'transfer.copy-acknowledged', 'transfer.fact-corrected', 'transfer.reply-superseded'],
      ...['transfer.dispute-raised', 'transfer.dispute-resolved', 'transfer.recusal-declared', 'transfer.withdrawn'],
      ...['transfer.nonreport-notified', 'transfer.search-started', 'transfer.custody-file-placed'],
      ...['transfer.deadline-breached', 'transfer.deadline-superseded', 'transfer.completed'],
    ]),
  );
});

/** A broker that loses a record in ten on the way to its reader, and says that nothing is left to read. */
const losing = (broker: Broker, chance: Chance): Broker => ({
  ...{ publish: broker.publish.bind(broker), lag: () => Promise.resolve(0n), close: broker.close.bind(broker) },
  subscribe: (topic, after, handler) =>
    broker.subscribe(topic, after, (record) =>
      topic.includes('.events.') && chance.is(0.1) ? Promise.resolve() : handler(record),
    ),
});

/** A store that answers one append in ten as done and keeps nothing of it. */
const forgetting = (store: EventStore, chance: Chance): EventStore => ({
  ...{ read: store.read.bind(store), readAll: store.readAll.bind(store), head: store.head.bind(store) },
  ...{ subscribe: store.subscribe.bind(store), close: store.close.bind(store) },
  append: async (...args) => {
    const position = (await store.head()) ?? 1n;
    return chance.is(0.1) ? { outcome: 'appended', revision: 0n, position } : store.append(...args);
  },
});

it.each<[string, (parts: Substrate, chance: Chance) => Substrate]>([
  [
    'a broker that loses records',
    (parts, chance) => ({ ...parts, broker: async () => losing(await parts.broker(), chance) }),
  ],
  [
    'a store that forgets what it has taken',
    (parts, chance) => ({ ...parts, store: async (node, now) => forgetting(await parts.store(node, now), chance) }),
  ],
])('finds out %s', async (_, spoil) => {
  const substrate = (chance: Chance): Substrate => spoil(inMemory(chance), chance);
  const { broken } = await simulate(FIRST_SEED, { cases: 6, acts: 300 }, { substrate, directory, turns });
  expect(broken).not.toEqual([]);
});
