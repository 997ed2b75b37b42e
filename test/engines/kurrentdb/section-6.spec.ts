/** Section 6 of the measurements, faults as the bare client tells them. Only the double can be hurt at will. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { binaryEvent, KurrentDBClient, NO_STREAM, START } from '@kurrent/kurrentdb-client';
import { once } from 'node:events';
import { Database } from '../../kurrentdb-double/database.js';
import { KurrentDouble } from '../../kurrentdb-double/server.js';

let double: KurrentDouble;
let client: KurrentDBClient;
beforeEach(() => begin());
afterEach(() => end());

const begin = async (...options: ConstructorParameters<typeof KurrentDouble>): Promise<void> => {
  double = await new KurrentDouble(...options).start();
  client = KurrentDBClient.connectionString(double.connectionString);
};
const end = async (): Promise<void> => {
  double.release();
  await client.dispose();
  double.stop();
};

const append = (stream = 'a', bytes = 8, id: string = crypto.randomUUID()) =>
  client.appendToStream(stream, binaryEvent({ id, type: 'invented', data: new Uint8Array(bytes) }), {
    streamState: NO_STREAM,
  });
const read = async (): Promise<number> => {
  let count = 0;
  for await (const one of client.readStream('a', { fromRevision: START })) if (one.event !== undefined) count += 1;
  return count;
};
/** What can be told of a rejection: messages are often empty. */
const told = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: Error & { type?: unknown; code?: unknown }) => ({
      class: error.constructor.name,
      type: error.type,
      code: error.code,
    }),
  );

describe('section 6, an append', () => {
  it('in flight at the crash: UnavailableError 14, and it may be stored all the same', async () => {
    await append('before');
    double.trouble('lose-answer');
    expect(await told(append())).toEqual({ class: 'UnavailableError', type: 'unavailable', code: 14 });
    expect(await read()).toBe(1);
  });

  it('to a server that is down: a plain Error with code 14, none of the classes of the client', async () => {
    await append('before');
    double.stop();
    await told(append()); // The line that was open tells of its own end.
    expect(await told(append())).toEqual({ class: 'Error', type: undefined, code: 14 });
  });

  it('to a server that starts up: UnknownError without a code', async () => {
    double.trouble('not-ready');
    expect(await told(append())).toMatchObject({ class: 'UnknownError', type: 'unknown' });
    await expect(read()).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('is taken again by the same client as soon as the server is back', async () => {
    await append('before');
    double.stop();
    await told(append());
    await double.start();
    const id = crypto.randomUUID();
    const again = async (): Promise<unknown> => {
      for (;;) {
        const answer = await told(append('b', 8, id));
        if (answer === 'done') return answer;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    expect(await again()).toBe('done');
    expect(double.database.read('b')).toHaveLength(1);
  });
});

describe('section 6, reading', () => {
  it('from a server that is down: UnavailableError', async () => {
    await append();
    double.stop();
    expect(await told(read())).toMatchObject({ class: 'UnavailableError', type: 'unavailable' });
  });

  it('a subscription ends with one error and does not come back by itself', async () => {
    const subscription = client.subscribeToAll({ fromPosition: START });
    const errors: Error[] = [];
    subscription.on('error', (error) => void errors.push(error)).on('data', () => undefined);
    await once(subscription, 'caughtUp');
    double.stop();
    await once(subscription, 'close').catch(() => undefined);
    await double.start();
    await told(append('after'));
    expect(errors.map(({ constructor }) => constructor.name)).toEqual(['UnavailableError']);
  });

  it('a live subscriber that is too slow is aborted: code 10, after what it had been given without a gap', async () => {
    await end();
    await begin(new Database(), { abortSlowAfter: 4 });
    const subscription = client.subscribeToAll({ fromPosition: START });
    await once(subscription, 'caughtUp');
    for (let at = 0; at < 400; at += 1) await append(`s${at}`, 4000);
    const seen: string[] = [];
    const follow = async (): Promise<void> => {
      for await (const { event } of subscription) if (event !== undefined) seen.push(event.streamId);
    };
    expect(await told(follow())).toEqual({ class: 'UnknownError', type: 'unknown', code: 10 });
    expect(seen).toEqual(seen.map((_, at) => `s${at}`));
    expect(seen.length).toBeLessThan(400);
  });

  it('KurrentDB does not abort it: it catches up again, says so again, and everything arrives', async () => {
    await end();
    await begin(new Database(), { fallBackAfter: 4 });
    const subscription = client.subscribeToAll({ fromPosition: START });
    let caughtUp = 0;
    subscription.on('caughtUp', () => (caughtUp += 1));
    await once(subscription, 'caughtUp');
    for (let at = 0; at < 400; at += 1) await append(`s${at}`, 4000);
    const seen: string[] = [];
    subscription.on('data', ({ event }) => {
      if (event !== undefined) seen.push(event.streamId);
    });
    while (seen.length < 400 || caughtUp < 2) await new Promise((resolve) => setImmediate(resolve));
    await subscription.unsubscribe();
    expect(seen).toEqual(seen.map((_, at) => `s${at}`));
  });
});
