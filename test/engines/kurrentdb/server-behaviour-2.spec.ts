/**
 * Sections 2 and 3 of the measurements, what becomes of an append, asked with the bare client: that the double behaves as was
 * measured and, with KURRENTDB_URL, that a real server still does.
 */
import { describe, expect, it } from '@jest/globals';
import {
  ANY,
  type AppendToStreamOptions,
  binaryEvent,
  KurrentDBClient,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { freshPrefix } from './given-server.js';
import { event, serverOfSuite, some } from './testing/server-of-suite.js';

const server = serverOfSuite();
const { append, read, revisions } = server;

describe('section 2, a stored append again', () => {
  const setUp = async () => {
    const stream = `${freshPrefix()}a`;
    const events = some(3);
    const first = await append(stream, events, NO_STREAM);
    await append(stream, some(1), 2n);
    return { stream, events, first };
  };

  it.each([
    ['no stream', NO_STREAM],
    ['any', ANY],
    ['stream exists', STREAM_EXISTS],
  ] as const)('with the same ids, %s: answered as before, also after later events', async (_, state) => {
    const { stream, events, first } = await setUp();
    expect(await append(stream, events, state)).toEqual(first);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3]);
  });

  it('with the same ids at the same revision: answered as before, also after later events', async () => {
    const { stream } = await setUp();
    const later = some(2);
    const first = await append(stream, later, 3n);
    await append(stream, some(1), 5n);
    expect(await append(stream, later, 3n)).toEqual(first);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('with the same ids and other data: success, and the old data stay', async () => {
    const { stream, events, first } = await setUp();
    expect(
      await append(
        stream,
        events.map(({ id }) => event(id, 'other')),
        NO_STREAM,
      ),
    ).toEqual(first);
    expect(await read(stream)).toMatchObject([{ data: 'invented' }, { data: 'invented' }, { data: 'invented' }, {}]);
  });

  it('a prefix of it: the revision of the last event of the prefix', async () => {
    const { stream, events } = await setUp();
    expect(await append(stream, events.slice(0, 2), NO_STREAM)).toMatchObject({ revision: 1n });
  });

  it('a suffix of it: wrong with no stream, success with any', async () => {
    const { stream, events } = await setUp();
    expect(await append(stream, events.slice(1), NO_STREAM)).toBe('wrong: 3');
    expect(await append(stream, events.slice(1), ANY)).toMatchObject({ revision: 2n });
  });

  it('followed by a new event: wrong, with any too', async () => {
    const { stream, events } = await setUp();
    expect(await append(stream, [...events, event()], NO_STREAM)).toBe('wrong: 3');
    expect(await append(stream, [...events, event()], ANY)).toBe('wrong: 3');
  });

  it('in another order: wrong with no stream, success with any', async () => {
    const { stream, events } = await setUp();
    expect(await append(stream, events.toReversed(), NO_STREAM)).toBe('wrong: 3');
    expect(await append(stream, events.toReversed(), ANY)).toMatchObject({ revision: expect.any(BigInt) });
    expect(await revisions(stream)).toHaveLength(4);
  });

  it('a stored id where the head is expected, in another stream, or twice in one append: written again', async () => {
    const { stream, events } = await setUp();
    expect(await append(stream, [events[0]!], 3n)).toMatchObject({ revision: 4n });
    expect(await append(`${stream}b`, [events[0]!], NO_STREAM)).toMatchObject({ revision: 0n });
    expect(await append(`${stream}c`, [events[0]!, events[0]!], NO_STREAM)).toMatchObject({ revision: 1n });
  });

  it('a conflict is told by its class and type, never by its message, and names both states', async () => {
    const { stream, events } = await setUp();
    const conflict = (
      given: ReturnType<typeof some>,
      name: string,
      streamState: typeof ANY | typeof STREAM_EXISTS | bigint,
    ) => server.client.appendToStream(name, given, { streamState }).catch((error: unknown) => error);
    const told = await conflict(some(1), stream, 0n);
    expect(told).toBeInstanceOf(WrongExpectedVersionError);
    expect(told).toMatchObject({ type: 'wrong-expected-version', message: '', name: 'Error', streamName: stream });
    expect(told).toMatchObject({ expectedState: 0n, actualState: 3n });
    const overlapping = await conflict([...events, event()], stream, ANY);
    expect(overlapping).toMatchObject({ expectedState: 'any', actualState: 3n });
    const absent = await conflict(some(1), `${stream}b`, STREAM_EXISTS);
    expect(absent).toMatchObject({ actualState: 'no_stream' });
  });

  it('with throwOnAppendFailure=false a conflict is no error, and the revision it names is 1, or -1 without a stream', async () => {
    const { stream } = await setUp();
    const { connectionString: given } = server;
    const lenient = KurrentDBClient.connectionString(
      `${given}${given.includes('?') ? '&' : '?'}throwOnAppendFailure=false`,
    );
    const answer = await lenient.appendToStream(stream, some(1), { streamState: 0n });
    const absent = await lenient.appendToStream(`${stream}b`, some(1), { streamState: 0n });
    await lenient.dispose();
    expect(answer).toEqual({ success: false, position: undefined, nextExpectedRevision: 1n });
    expect(absent).toEqual({ success: false, position: undefined, nextExpectedRevision: -1n });
  });

  it('an append without events is success with invented values, and makes no stream', async () => {
    const stream = `${freshPrefix()}a`;
    const answer = await server.client.appendToStream(stream, [], { streamState: NO_STREAM });
    expect(answer).toMatchObject({ success: true, nextExpectedRevision: 0n });
    expect(await read(stream)).toBe('stream-not-found');
  });

  it('without an expected state, or with one that is undefined or by its old name, anything is taken: it is any', async () => {
    const { stream } = await setUp();
    await server.client.appendToStream(stream, some(1));
    await server.client.appendToStream(stream, some(1), { streamState: undefined } as object);
    await server.client.appendToStream(stream, some(1), { expectedRevision: 0n } as AppendToStreamOptions);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it.each(['deleteStream', 'tombstoneStream'] as const)(
    '%s knows the expected state by that old name',
    async (method) => {
      const { stream } = await setUp();
      const refused = await server.client[method](stream, { expectedRevision: 2n }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(WrongExpectedVersionError);
      expect(await revisions(stream)).toEqual([0, 1, 2, 3]);
      await server.client[method](stream, { expectedRevision: 3n });
      expect(await read(stream)).toMatch(/^stream-(deleted|not-found)$/);
    },
  );
});

describe('section 3', () => {
  it('an append is all or nothing: of data that are too large together nothing is stored, a mebibyte always is', async () => {
    const prefix = freshPrefix();
    const large = (bytes: number) => binaryEvent({ type: 'invented', data: new Uint8Array(bytes) });
    const answer = await append(`${prefix}a`, [...some(1), large(1_048_577)], NO_STREAM);
    // EventStoreDB stops at a mebibyte; KurrentDB takes more.
    if (answer === 'maximum-append-size-exceeded') expect(await read(`${prefix}a`)).toBe('stream-not-found');
    else expect([answer, await revisions(`${prefix}a`)]).toEqual([expect.objectContaining({ revision: 1n }), [0, 1]]);
    expect(await append(`${prefix}b`, [large(1_048_576)], NO_STREAM)).toMatchObject({ revision: 0n });
  });

  it('metadata are not counted, nor are many events too large that are small together', async () => {
    const stream = `${freshPrefix()}a`;
    const heavy = binaryEvent({ type: 'invented', data: new Uint8Array(1), metadata: new Uint8Array(1_100_000) });
    expect(await append(stream, [heavy], NO_STREAM)).toMatchObject({ revision: 0n });
    const many = Array.from({ length: 1000 }, () => binaryEvent({ type: 'invented', data: new Uint8Array(1000) }));
    expect(await append(stream, many, 0n)).toMatchObject({ revision: 1000n });
  });

  it('concurrent appends of one client are stored in the order of the calls', async () => {
    const stream = `${freshPrefix()}a`;
    const events = some(100);
    const states = [NO_STREAM, ...events.slice(1).map((_, at) => BigInt(at))] as const;
    await Promise.all(events.map((one, at) => append(stream, [one], states[at])));
    expect(await read(stream)).toMatchObject(events.map(({ id }, at) => ({ id, revision: BigInt(at) })));
  });
});
