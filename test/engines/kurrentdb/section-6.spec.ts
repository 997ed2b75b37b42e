/** Section 6 of the measurements, faults as the bare client tells them. Only the double can be hurt at will. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type AllStreamSubscription,
  binaryEvent,
  convertToCommandError,
  KurrentDBClient,
  NO_STREAM,
  START,
  type StreamSubscription,
} from '@kurrent/kurrentdb-client';
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

/** By the batch path, or with credentials by a call of its own. */
const append = (stream = 'a', bytes = 8, id: string = crypto.randomUUID(), options: object = {}) =>
  client.appendToStream(stream, binaryEvent({ id, type: 'invented', data: new Uint8Array(bytes) }), {
    ...{ streamState: NO_STREAM, ...options },
  });
const appendByOneCall = (id: string = crypto.randomUUID()) =>
  append('a', 8, id, { credentials: { username: 'invented', password: 'invented' } });
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

  it('to a server that is down: a plain Error with code 14, none of the classes of the client, until it is converted', async () => {
    await append('before');
    double.stop();
    await told(append()); // The line that was open tells of its own end.
    const error = await append().then(
      () => undefined,
      (one: Error) => one,
    );
    expect(await told(Promise.reject(error!))).toEqual({ class: 'Error', type: undefined, code: 14 });
    expect(error!.message).toMatch(/No connection established.*ECONNREFUSED/);
    expect(convertToCommandError(error!)).toMatchObject({ type: 'unavailable', code: 14 });
  });

  it('to a server that is down is not kept for later: when that is back, nothing comes', async () => {
    await append('before');
    double.stop();
    for (const attempt of [append, append, appendByOneCall]) expect(await told(attempt())).toMatchObject({ code: 14 });
    await double.start();
    await again('c');
    expect(double.database.stateOf('a')).toBe('absent');
  });

  it('to a server that starts up: UnknownError without a code', async () => {
    double.trouble('not-ready');
    const refused = append();
    expect(await told(refused)).toEqual({ class: 'UnknownError', type: 'unknown', code: undefined });
    await expect(refused).rejects.toThrow('Could not recognize Server Is Not Ready');
    await expect(read()).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  it('is taken again by the same client as soon as the server is back', async () => {
    await append('before');
    double.stop();
    await told(append());
    await double.start();
    await again('b');
    expect(double.database.read('b')).toHaveLength(1);
  });

  /** The identical append until it is taken. */
  const again = async (stream: string): Promise<void> => {
    const id = crypto.randomUUID();
    while ((await told(append(stream, 8, id))) !== 'done') await new Promise((resolve) => setImmediate(resolve));
  };
});

describe('section 6, an append by a call of its own', () => {
  const UNAVAILABLE = { class: 'UnavailableError', type: 'unavailable', code: 14 };

  it('in flight at the crash: UnavailableError 14, and stored all the same when it is not repeated', async () => {
    double.trouble('lose-answer');
    const id = crypto.randomUUID();
    expect(await told(appendByOneCall(id))).toEqual(UNAVAILABLE);
    expect(await read()).toBe(1);
    expect(await told(appendByOneCall(id))).toBe('done');
    expect(await read()).toBe(1);
  });

  it('to a server that is down: UnavailableError 14 here too', async () => {
    await append('before');
    double.stop();
    await told(append());
    const refused = appendByOneCall();
    expect(await told(refused)).toEqual(UNAVAILABLE);
    await expect(refused).rejects.toThrow(/No connection established.*ECONNREFUSED/);
  });

  it('to a server that starts up: UnavailableError 14', async () => {
    double.trouble('not-ready');
    const refused = appendByOneCall();
    expect(await told(refused)).toEqual(UNAVAILABLE);
    await expect(refused).rejects.toThrow('Server Is Not Ready');
    await expect(read()).rejects.toMatchObject({ type: 'stream-not-found' });
  });
});

describe('section 6, reading', () => {
  it('from a server that is down: UnavailableError', async () => {
    await append();
    double.stop();
    const refused = read();
    expect(await told(refused)).toEqual({ class: 'UnavailableError', type: 'unavailable', code: undefined });
    await expect(refused).rejects.toThrow(/^UnavailableError$/);
  });

  it.each([
    ['everything', () => client.subscribeToAll({ fromPosition: START })],
    ['a stream', () => client.subscribeToStream('a', { fromRevision: START })],
  ])('a subscription to %s ends with one error and does not come back by itself', async (_, subscribe) => {
    const subscription = subscribe();
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
    const following = follow();
    expect(await told(following)).toEqual({ class: 'UnknownError', type: 'unknown', code: 10 });
    await expect(following).rejects.toThrow('Consumer too slow to handle event while live.');
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

  it.each([
    ['EventStoreDB does not say', {}, {}, {}],
    [
      ...(['KurrentDB says when and', { fallBackAfter: 4 }] as const),
      { date: expect.any(Date), revision: 0n },
      { date: expect.any(Date), position: { commit: expect.any(BigInt), prepare: expect.any(BigInt) } },
    ],
  ])('%s where a subscription is that has caught up', async (_, pace, ofStream, ofEverything) => {
    await end();
    await begin(new Database(), pace);
    await append();
    const caughtUp = async (subscription: StreamSubscription | AllStreamSubscription): Promise<unknown> => {
      subscription.on('data', () => undefined);
      const [place] = (await once(subscription, 'caughtUp')) as unknown[];
      await subscription.unsubscribe();
      return place;
    };
    expect(await caughtUp(client.subscribeToStream('a'))).toEqual(ofStream);
    expect(await caughtUp(client.subscribeToAll())).toEqual(ofEverything);
  });
});
