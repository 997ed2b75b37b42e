/** Section 6 of the measurements, a server that is there and answers nothing (SIGSTOP), as the bare client tells it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { binaryEvent, KurrentDBClient, NO_STREAM, START } from '@kurrent/kurrentdb-client';
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
const told = (error: unknown) => {
  const { constructor, type, code } = error as Error & { type?: unknown; code?: unknown };
  return { class: constructor.name, type, code };
};

it('an append by the batch path ignores its deadline and ends with the line: UnavailableError, and it may be stored', async () => {
  await client.appendToStream('before', event(crypto.randomUUID()), { streamState: NO_STREAM });
  const id = crypto.randomUUID();
  server.freeze();
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
  const ids: string[] = [];
  for await (const { event: one } of client.readStream('a', { fromRevision: START })) ids.push(one!.id);
  expect(ids).toEqual([id]);
}, 60_000);
