/** A server whose disk is full (section 6): it ends by itself, and what it had acknowledged is there when it is back. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { EventStore } from '@delta-hub/event-store';
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import { DoubleProcess } from '../../kurrentdb-double/double-process.js';
import { fullDiskFor } from '../full-disk.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: DoubleProcess;
let store: EventStore;
beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await DoubleProcess.start(join(directory.path, 'kept'));
  store = await openKurrentEventStore({ connectionString: server.connectionString, prefix: '32.', patienceMs: 1000 });
});
afterAll(async () => {
  await store.close();
  server.stop();
  await directory.dispose();
});

const event = (text: string) => ({ id: crypto.randomUUID(), type: 'invented', data: new TextEncoder().encode(text) });
const append = (one: ReturnType<typeof event>, at: number) =>
  store.append('a', at === 0 ? 'no-stream' : BigInt(at - 1), [one]).then(
    ({ outcome }) => outcome,
    ({ code }: { code: unknown }) => code,
  );

it('an append is OUTCOME_UNKNOWN, and the same one again is stored once the server has room', async () => {
  const events = Array.from({ length: 20 }, (_, at) => event(`${at}`));
  for (const [at, one] of events.slice(0, 10).entries()) expect(await append(one, at)).toBe('appended');
  await fullDiskFor(server.pid);
  expect(await append(events[10]!, 10)).toBe('OUTCOME_UNKNOWN');
  await server.ended();
  expect(await append(events[10]!, 10)).toBe('OUTCOME_UNKNOWN');
  await server.startAgain();
  for (const [at, one] of events.entries()) while ((await append(one, at)) !== 'appended');
  expect((await store.read('a')).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
}, 60_000);
