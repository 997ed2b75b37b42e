/** Section 6 of the measurements, a server that is there and answers nothing (SIGSTOP), as the bare client tells it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { binaryEvent, KurrentDBClient, NO_STREAM, type ReadStreamOptions } from '@kurrent/kurrentdb-client';
import { DoubleProcess } from '../../kurrentdb-double/double-process.js';

/** The client's own defaults are ten seconds each; the rule is the same. */
const KEEP_ALIVE_MS = 1000;

let server: DoubleProcess;
let client: KurrentDBClient;
beforeAll(async () => {
  server = await DoubleProcess.start();
  const keepAlive = `&keepAliveInterval=${KEEP_ALIVE_MS}&keepAliveTimeout=${KEEP_ALIVE_MS}`;
  client = KurrentDBClient.connectionString(`${server.connectionString}${keepAlive}`);
});
afterAll(async () => {
  server.thaw();
  await client.dispose();
  server.stop();
});

const event = (id: string) => binaryEvent({ id, type: 'invented', data: new Uint8Array(8) });
const idsIn = async (stream: string, options: ReadStreamOptions = {}): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { event: one } of client.readStream(stream, options)) ids.push(one!.id);
  return ids;
};
const told = (error: unknown) => {
  const { constructor, type, code } = error as Error & { type?: unknown; code?: unknown };
  return { class: constructor.name, type, code };
};

it('an append by the batch path ignores its deadline and ends with the line: UnavailableError, and it may be stored', async () => {
  await client.appendToStream('before', event(crypto.randomUUID()), { streamState: NO_STREAM });
  const id = crypto.randomUUID();
  await server.freeze();
  const began = performance.now();
  const error: unknown = await client
    .appendToStream('a', event(id), { streamState: NO_STREAM, deadline: 100 })
    .catch((one: unknown) => one);
  expect(told(error)).toEqual({ class: 'UnavailableError', type: 'unavailable', code: 14 });
  expect(performance.now() - began).toBeGreaterThan(KEEP_ALIVE_MS);
  server.thaw();
  // The identical call again: whether it was stored or not, it is there once.
  const again = async (): Promise<void> => {
    for (;;) {
      const answer = await client
        .appendToStream('a', event(id), { streamState: NO_STREAM })
        .catch((one: unknown) => one as Error);
      if (!(answer instanceof Error)) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await again();
  expect(await idsIn('a')).toEqual([id]);
});

it('an append by a call of its own and a deletion end with their deadline, and reading waits on: DeadlineExceededError', async () => {
  const exceeded = { class: 'DeadlineExceededError', type: 'deadline-exceeded', code: 4 };
  const credentials = { username: 'invented', password: 'invented' };
  const options = { streamState: NO_STREAM, deadline: 200, credentials } as const;
  const id = crypto.randomUUID();
  await client.appendToStream('there', event(id), { streamState: NO_STREAM });
  await server.freeze();
  let isRead = false;
  const reading = idsIn('there', { deadline: 20 }).finally(() => (isRead = true));
  const ends = [client.appendToStream('b', event(id), options), client.deleteStream('gone', { deadline: 200 })];
  expect(await Promise.all(ends.map((one) => one.then(() => 'done', told)))).toEqual([exceeded, exceeded]);
  expect(isRead).toBe(false);
  server.thaw();
  expect(await reading).toEqual([id]);
  // Whether the server has stored it or not, the identical call again settles it.
  expect(await client.appendToStream('b', event(id), { streamState: NO_STREAM })).toMatchObject({ success: true });
  expect(await idsIn('b')).toEqual([id]);
});

it('without a deadline of its own such an append ends with the default of the client', async () => {
  const hasty = KurrentDBClient.connectionString(`${server.connectionString}&defaultDeadline=1000`);
  const credentials = { username: 'invented', password: 'invented' };
  await hasty.appendToStream('hasty', event(crypto.randomUUID()), { credentials, deadline: 60_000 });
  await server.freeze();
  const error: unknown = await hasty
    .appendToStream('hasty', event(crypto.randomUUID()), { credentials })
    .catch((one: unknown) => one);
  server.thaw();
  await hasty.dispose();
  expect(told(error)).toMatchObject({ class: 'DeadlineExceededError', code: 4 });
});
