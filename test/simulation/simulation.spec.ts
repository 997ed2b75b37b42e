import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type Scale, simulate, type Turns } from './simulate.js';
import { inMemory, onSqlite } from './world.js';

jest.setTimeout(300_000);

const SCALE = { cases: 40, acts: 1_500 };
const FIRST_SEED = Number(process.env['SIMULATION_SEED'] ?? 1);
const WORLDS = Number(process.env['SIMULATION_WORLDS'] ?? 4);

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

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => FIRST_SEED + index);
const run = async (seed: number, scale: Scale, substrate: typeof inMemory | typeof onSqlite): Promise<void> => {
  const result = await simulate(seed, scale, { substrate, directory, turns });
  // A seed is the whole history: SIMULATION_SEED=<seed> SIMULATION_WORLDS=1 plays it again.
  expect(result).toMatchObject({ seed, broken: [] });
  expect(result.completed).toBeGreaterThan(0);
};

it.each(seeds(WORLDS))(
  'seed %d in memory: one agency answers at every instant, both sides agree, nothing is lost or doubled',
  (seed) => run(seed, SCALE, inMemory),
);

it.each(seeds(Math.ceil(WORLDS / 4)))('seed %d on SQLite: the same', (seed) =>
  run(seed, { cases: 10, acts: 300 }, onSqlite),
);
