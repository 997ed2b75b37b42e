/** Section 3 of the measurements, what only EventStoreDB does with sizes, and appends by a call each instead of the batch stream. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ANY,
  type AppendToStreamOptions,
  binaryEvent,
  KurrentDBClient,
  MaxAppendSizeExceededError,
  NO_STREAM,
} from '@kurrent/kurrentdb-client';
import { KurrentDouble } from '../../kurrentdb-double/server.js';

let double: KurrentDouble;
let client: KurrentDBClient;
beforeEach(async () => {
  double = await new KurrentDouble().start();
  client = KurrentDBClient.connectionString(double.connectionString);
});
afterEach(async () => {
  double.release();
  await client.dispose();
  double.stop();
});

const event = (bytes = 8) => binaryEvent({ type: 'invented', data: new Uint8Array(bytes) });
/** Credentials with a call take it from the batch stream. */
const ONE_CALL = { credentials: { username: 'invented', password: 'invented' } };
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => error,
  );

describe('section 3, sizes', () => {
  it.each([
    ['the batch path', {}],
    ['a call of its own', ONE_CALL],
  ])('by %s the data of one append are a mebibyte at most, together: else nothing is stored', async (_, path) => {
    const events = Array.from({ length: 11 }, () => event(100_000));
    const error = await failure(client.appendToStream('a', events, { streamState: NO_STREAM, ...path }));
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
    expect(double.database.stateOf('a')).toBe('absent');
  });

  it('one of 17 MB takes all that are on their way with it, and those may be stored all the same', async () => {
    await client.appendToStream('before', event(), { streamState: NO_STREAM });
    double.trouble('hold');
    const other = failure(client.appendToStream('a', event(), { streamState: NO_STREAM }));
    const large = failure(client.appendToStream('b', event(17_000_000), { streamState: NO_STREAM }));
    expect(await large).toMatchObject({ type: 'unknown', code: 8 });
    expect(await other).toMatchObject({ type: 'unknown', code: 8 });
    double.release();
    expect([double.database.stateOf('a'), double.database.stateOf('b')]).toEqual(['there', 'absent']);
  });
});

describe('section 3, an append with credentials of its own is a call of its own', () => {
  const append = (events: ReturnType<typeof event>[], streamState: AppendToStreamOptions['streamState']) =>
    client.appendToStream('a', events, { streamState: streamState!, ...ONE_CALL });

  it('it is stored, answered as before when it is repeated, and refused as by the batch path', async () => {
    const events = [event(), event()];
    const first = await append(events, NO_STREAM);
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 1n, position: { commit: expect.any(BigInt) } });
    expect(await client.appendToStream('a', events, { streamState: NO_STREAM })).toEqual(first);
    expect(await append(events, NO_STREAM)).toEqual(first);
    for (const [given, state] of [
      [[event()], 0n],
      [[...events, event()], ANY],
    ] as const)
      expect(await failure(append([...given], state))).toMatchObject({
        ...{ type: 'wrong-expected-version', streamName: 'a', expectedState: state, actualState: 1n },
      });
    await client.tombstoneStream('a');
    expect(await failure(append([event()], ANY))).toMatchObject({ type: 'stream-deleted', streamName: 'a' });
  });

  it.each([
    ['not by calls of their own', ONE_CALL, [20n, 0n]],
    ['by the batch path', {}, [19n, 20n]],
  ])('of two at once the one called first is stored first, however large it is: %s', async (_, path, revisions) => {
    await client.appendToStream('before', event(), { streamState: NO_STREAM, ...path });
    const [large, small] = [Array.from({ length: 20 }, () => event(50_000)), event()];
    const answers = [large, small].map((events) => client.appendToStream('a', events, { streamState: ANY, ...path }));
    const stored = (await Promise.all(answers)).map(({ nextExpectedRevision }) => nextExpectedRevision);
    expect(stored).toEqual(revisions);
  });
});
