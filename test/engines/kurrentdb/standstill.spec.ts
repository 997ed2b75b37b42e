/** A server that is there and answers nothing (section 6, SIGSTOP), shorter than it takes the client to give a line up. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { EventStore, RecordedEvent } from '@delta-hub/event-store';
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { Inbox } from '@delta-hub/local-log/testing';
import { DoubleProcess } from '../../kurrentdb-double/double-process.js';

let server: DoubleProcess;
let store: EventStore;
beforeAll(async () => {
  server = await DoubleProcess.start();
  store = await openKurrentEventStore({
    connectionString: server.connectionString,
    prefix: '32.',
    patienceMs: 3000,
  });
});
afterAll(async () => {
  server.thaw();
  await store.close();
  server.stop();
});

const event = (text: string) => ({
  id: crypto.randomUUID(),
  type: 'invented',
  data: new TextEncoder().encode(text),
});
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  );

it('what was asked meanwhile ends by our own clock; afterwards it is there once, and subscribers have it', async () => {
  const inbox = new Inbox<RecordedEvent>();
  await store.subscribe(undefined, inbox.take);
  const before = event('before');
  await store.append('a', 'no-stream', [before]);
  const meanwhile = Array.from({ length: 20 }, (_, at) => event(`${at}`));
  const ask = () => meanwhile.map((one, at) => store.append(`b-${at}`, 'no-stream', [one]));

  await server.freeze();
  const asked = await Promise.all([...ask().map(code), code(store.read('a')), code(store.head())]);
  expect(asked.slice(0, 20)).toEqual(meanwhile.map(() => 'OUTCOME_UNKNOWN'));
  expect(asked.slice(20)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);

  server.thaw();
  for (const answer of await Promise.all(ask())) expect(answer).toMatchObject({ outcome: 'appended', revision: 0n });
  const seen = (await inbox.holding(21)).map(({ id }) => id);
  expect(seen.toSorted()).toEqual([before, ...meanwhile].map(({ id }) => id).toSorted());
  expect((await store.readAll(undefined, 100)).map(({ id }) => id)).toEqual(seen);
});
