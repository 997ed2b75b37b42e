import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, everything, mustAppend } from '../testing/contract-case.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'events.db');
});
afterEach(() => directory.dispose());

const LONG = 32 * 1024 * 1024;
const logBytes = async (): Promise<number> => (await stat(`${path}-wal`)).size;

/** Opens the store and gives it `count` commits, one after the other. */
const written = async (count: number, maxBytes?: number) => {
  const store = await openSqliteEventStore(path, maxBytes === undefined ? {} : { maxBytes });
  for (let n = 0; n < count; n += 1) await mustAppend(store, `transfer-${n}`, 'no-stream', [anEvent()]);
  await nextTurn();
  return store;
};

describe('the log of a store that goes on being written', () => {
  it('has its whole length from then on, and holds what it held', async () => {
    const store = await written(255);
    const before = await logBytes();
    await mustAppend(store, 'transfer-last', 'no-stream', [anEvent()]);
    await nextTurn();
    expect(before).toBeLessThan(LONG / 4);
    const filled = await logBytes();
    expect(filled).toBeGreaterThan(LONG);
    await mustAppend(store, 'transfer-after', 'no-stream', [anEvent()]);
    expect(await logBytes()).toBe(filled);
    expect(await everything(store)).toHaveLength(257);
    await store.close();
  });

  it('is read by whoever comes after a crash as if it had not been made longer', async () => {
    const store = await written(300);
    const expected = await everything(store);
    const crashed = join(directory.path, 'crashed.db');
    for (const end of ['', '-wal']) await copyFile(`${path}${end}`, `${crashed}${end}`);
    await store.close();
    const after = await openSqliteEventStore(crashed);
    expect(await everything(after)).toEqual(expected);
    await mustAppend(after, 'transfer-after', 'no-stream', [anEvent()]);
    await after.close();
  });

  it('stays as it is where the file may not grow so far', async () => {
    const store = await written(300, 4 * 1024 * 1024);
    await mustAppend(store, 'transfer-after', 'no-stream', [anEvent()]);
    expect(await everything(store)).toHaveLength(301);
    await store.close();
  });
});
