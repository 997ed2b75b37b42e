/** What the adapter remembers beside the server: it must neither fail with its file nor make a server look wrong that is as it was. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventStore } from '@delta-hub/event-store';
import { type KurrentOptions, openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KurrentDouble } from '../../kurrentdb-double/server.js';
import { code, event, texts } from './testing/events.js';

let double: KurrentDouble;
let stores: EventStore[];

beforeEach(async () => {
  double = await new KurrentDouble().start();
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  double.stop();
});

const open = async (options: Partial<KurrentOptions> = {}): Promise<EventStore> => {
  const { connectionString } = double;
  const store = await openKurrentEventStore({ connectionString, prefix: '32.', patienceMs: 60_000, ...options });
  stores.push(store);
  return store;
};
describe('a server that is as it was', () => {
  it('is not taken for another one because a stream went on while it was read', async () => {
    const store = await open();
    await store.append('a', 'no-stream', [event('first')]);
    const { speak, asked } = double.delay();
    const reading = store.read('a');
    await asked;
    const next = event('next');
    double.trouble('lose-answer');
    expect(await code(store.append('a', 0n, [next]))).toBe('OUTCOME_UNKNOWN');
    // Answered once it was read back.
    expect(await store.append('a', 0n, [next])).toMatchObject({ outcome: 'appended', revision: 1n });
    speak();
    expect(texts(await reading)).toEqual(['first']);
    expect(texts(await store.read('a'))).toEqual(['first', 'next']);
  });
});

describe('an index of ids that cannot be written', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'delta-hub-index-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Nothing can be written into the index, as on a full disk, until the returned function is called. */
  const fill = (indexFile: string): (() => void) => {
    const index = new DatabaseSync(indexFile);
    index.exec("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END");
    return () => {
      index.exec('DROP TRIGGER full');
      index.close();
    };
  };

  it('keeps nothing from being appended, and is written when it can be', async () => {
    const indexFile = join(directory, 'index.db');
    const store = await open({ indexFile });
    const empty = fill(indexFile);
    const given = Array.from({ length: 1500 }, (_, at) => event(`${at}`));
    for (const one of given)
      expect(await store.append(one.id, 'no-stream', [one])).toMatchObject({ outcome: 'appended', revision: 0n });
    empty();
    await store.close();
    const again = await open({ indexFile });
    for (const { id } of [given[0]!, given.at(-1)!])
      expect(await code(again.append('other', 'no-stream', [event('other', id)]))).toBe('ID_REUSED');
  });

  it('does not keep the store from being closed: what it lacks is read again', async () => {
    const indexFile = join(directory, 'index.db');
    const store = await open({ indexFile });
    const empty = fill(indexFile);
    const one = event('one');
    await store.append('a', 'no-stream', [one]);
    await store.close();
    empty();
    expect(await code((await open({ indexFile })).append('b', 'no-stream', [one]))).toBe('ID_REUSED');
  });

  it('or read, is UNAVAILABLE, and says which file it is', async () => {
    const indexFile = join(directory, 'index.db');
    writeFileSync(indexFile, 'x'.repeat(4096));
    await expect(open({ indexFile })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(indexFile),
    });
  });
});
