/** A server that ends under appends, killed or by itself on a full disk (section 6): what it had acknowledged is there when it is back. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { EventStore, EventToAppend, Expected } from '@delta-hub/event-store';
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import { DoubleProcess } from '../../kurrentdb-double/double-process.js';
import { fullDiskFor } from '../full-disk.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: DoubleProcess;
let store: EventStore;
beforeEach(async () => {
  directory = await temporaryDirectory();
  server = await DoubleProcess.start(join(directory.path, 'kept'));
  store = await openKurrentEventStore({ connectionString: server.connectionString, prefix: '32.', patienceMs: 3000 });
});
afterEach(async () => {
  await store.close();
  server.stop();
  await directory.dispose();
});

const event = (text: string): EventToAppend => ({
  id: crypto.randomUUID(),
  type: 'invented',
  data: new TextEncoder().encode(text),
});
const append = (stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<unknown> =>
  store.append(stream, expected, events).then(
    ({ outcome }) => outcome,
    ({ code }: { code: unknown }) => code,
  );
const idsIn = async (stream: string) => (await store.read(stream)).map(({ id }) => id);

it('full disk: an append is OUTCOME_UNKNOWN, and the same one again is stored once the server has room', async () => {
  const events = Array.from({ length: 20 }, (_, at) => event(`${at}`));
  const appendAt = (at: number) => append('a', at === 0 ? 'no-stream' : BigInt(at - 1), [events[at]!]);
  for (let at = 0; at < 10; at++) expect(await appendAt(at)).toBe('appended');
  await fullDiskFor(server.pid);
  expect(await appendAt(10)).toBe('OUTCOME_UNKNOWN');
  await server.ended();
  expect(await appendAt(10)).toBe('OUTCOME_UNKNOWN');
  await server.startAgain();
  for (const at of events.keys()) while ((await appendAt(at)) !== 'appended');
  expect(await idsIn('a')).toEqual(events.map(({ id }) => id));
});

it('killed in the middle of appends of many events: each is stored whole or not at all, and in the end once', async () => {
  const batches = Array.from({ length: 240 }, () => Array.from({ length: 20 }, () => event('x'.repeat(2_000))));
  const outcomes = new Set<unknown>();
  const rest = [...batches.entries()];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      const [at, events] = next;
      for (let outcome: unknown; outcome !== 'appended'; outcomes.add(outcome)) {
        outcome = await append(`stream-${at}`, 'no-stream', events);
        if (outcome !== 'appended') await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const working = Promise.all(Array.from({ length: 8 }, work));
  for (const left of [180, 120, 60]) {
    while (rest.length > left) await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await server.startAgain();
  }
  await working;
  // UNAVAILABLE: it is known to be stored, and what is stored cannot be compared now.
  outcomes.delete('UNAVAILABLE');
  expect([...outcomes].toSorted()).toEqual(['OUTCOME_UNKNOWN', 'appended']);
  for (const [at, events] of batches.entries()) expect(await idsIn(`stream-${at}`)).toEqual(events.map(({ id }) => id));
});
