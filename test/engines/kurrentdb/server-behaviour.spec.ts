/**
 * What the adapter counts on, asked of the server with the bare client: each case names the section of the measurements
 * it repeats. On the double it shows that the double behaves so; with KURRENTDB_URL, that a real server still does.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  ANY,
  type AppendToStreamOptions,
  binaryEvent,
  jsonEvent,
  KurrentDBClient,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { Child } from '@delta-hub/local-log/testing';
import { once } from 'node:events';
import { freshPrefix, givenServer, type GivenServer } from './given-server.js';

// Reading everything takes its time on a server that has held much else.
jest.setTimeout(120_000);

const event = (id: string = crypto.randomUUID(), text = 'invented') =>
  binaryEvent({ id, type: 'invented', data: new TextEncoder().encode(text) });
const some = (count: number) => Array.from({ length: count }, () => event());

let server: GivenServer;
let client: KurrentDBClient;
beforeAll(async () => {
  server = await givenServer();
  client = KurrentDBClient.connectionString(server.connectionString);
});
afterAll(async () => {
  await client.dispose();
  server.stop();
});

const append = async (stream: string, events: ReturnType<typeof some>, state: AppendToStreamOptions['streamState']) => {
  try {
    const { nextExpectedRevision, position } = await client.appendToStream(stream, events, { streamState: state! });
    return { revision: nextExpectedRevision, position };
  } catch (error) {
    if (!(error instanceof WrongExpectedVersionError)) return (error as { type?: string }).type;
    return `wrong: ${String(error.actualState)}`;
  }
};

const read = async (stream: string): Promise<unknown> => {
  const found: { revision: bigint; id: string; data: unknown }[] = [];
  try {
    for await (const { event: one } of client.readStream(stream, { fromRevision: START }))
      found.push({ revision: one!.revision, id: one!.id, data: Buffer.from(one!.data as Uint8Array).toString() });
    return found;
  } catch (error) {
    return (error as { type?: string }).type;
  }
};
const revisions = async (stream: string) => {
  const found = await read(stream);
  return Array.isArray(found) ? found.map(({ revision }: { revision: bigint }) => Number(revision)) : found;
};

const everything = async (prefix: string) => {
  const found: { type: string; revision: bigint; stream: string }[] = [];
  const filter = streamNameFilter({ prefixes: [prefix, `$$${prefix}`] });
  for await (const { event: one } of client.readAll({ filter }))
    found.push({ type: one!.type, revision: one!.revision, stream: one!.streamId.replace(prefix, '') });
  return found;
};

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

  it('a conflict is told by its class and type, never by its message, and names the actual revision', async () => {
    const { stream } = await setUp();
    const conflict = await client.appendToStream(stream, some(1), { streamState: 0n }).catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(WrongExpectedVersionError);
    expect(conflict).toMatchObject({ type: 'wrong-expected-version', message: '', name: 'Error', actualState: 3n });
  });

  it('with throwOnAppendFailure=false a conflict is no error, and the revision it names means nothing', async () => {
    const { stream } = await setUp();
    const lenient = KurrentDBClient.connectionString(`${server.connectionString}&throwOnAppendFailure=false`);
    const answer = await lenient.appendToStream(stream, some(1), { streamState: 0n });
    await lenient.dispose();
    expect(answer).toMatchObject({ success: false, position: undefined });
    expect(answer.nextExpectedRevision).not.toBe(3n);
  });

  it('an append without events is success with invented values, and makes no stream', async () => {
    const stream = `${freshPrefix()}a`;
    expect(await client.appendToStream(stream, [], { streamState: NO_STREAM })).toMatchObject({ success: true });
    expect(await read(stream)).toBe('stream-not-found');
  });

  it('without an expected state anything is taken: the default is any', async () => {
    const { stream } = await setUp();
    await client.appendToStream(stream, some(1));
    await client.appendToStream(stream, some(1), { expectedRevision: 0n } as AppendToStreamOptions);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3, 4, 5]);
  });
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

  it('concurrent appends of one client are stored in the order of the calls', async () => {
    const stream = `${freshPrefix()}a`;
    const events = some(100);
    const states = [NO_STREAM, ...events.slice(1).map((_, at) => BigInt(at))] as const;
    await Promise.all(events.map((one, at) => append(stream, [one], states[at])));
    expect(await read(stream)).toMatchObject(events.map(({ id }, at) => ({ id, revision: BigInt(at) })));
  });
});

describe('section 7', () => {
  const setUp = async () => {
    const prefix = freshPrefix();
    const [stream, events] = [`${prefix}a`, some(10)];
    await append(stream, events, NO_STREAM);
    return { prefix, stream, events };
  };

  it('$tb = 4 of 10: readers begin there without an error, all still has everything, revisions go on', async () => {
    const { prefix, stream } = await setUp();
    await client.setStreamMetadata(stream, { truncateBefore: 4 });
    expect(await revisions(stream)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await everything(prefix)).toHaveLength(11);
    expect(await append(stream, some(1), 9n)).toMatchObject({ revision: 10n });
  });

  it('$tb beyond the end: empty without an error, and what is appended is not to be read either', async () => {
    const { stream } = await setUp();
    await client.setStreamMetadata(stream, { truncateBefore: 100 });
    expect(await revisions(stream)).toEqual([]);
    expect(await append(stream, some(1), 9n)).toMatchObject({ revision: 10n });
    expect(await revisions(stream)).toEqual([]);
  });

  it('$maxCount = 3: the last three; without metadata everything is back', async () => {
    const { stream } = await setUp();
    await client.setStreamMetadata(stream, { maxCount: 3 });
    expect(await revisions(stream)).toEqual([7, 8, 9]);
    await client.setStreamMetadata(stream, {});
    expect(await revisions(stream)).toHaveLength(10);
  });

  it('a soft-deleted stream is as if it had never been, but its revisions go on', async () => {
    const { prefix, stream } = await setUp();
    await client.deleteStream(stream);
    expect(await read(stream)).toBe('stream-not-found');
    expect((await everything(prefix)).at(-1)).toMatchObject({ type: '$metadata', stream: '$$a' });
    expect(await append(stream, some(1), STREAM_EXISTS)).toBe('stream-deleted');
    expect(await append(stream, some(1), NO_STREAM)).toMatchObject({ revision: 10n });
    expect(await revisions(stream)).toEqual([10]);
  });

  it('the original append again after a soft delete: success without a position, and it stays deleted', async () => {
    const { stream, events } = await setUp();
    await client.deleteStream(stream);
    expect(await append(stream, events, NO_STREAM)).toMatchObject({ position: undefined });
    expect(await read(stream)).toBe('stream-not-found');
  });

  it('a tombstone: the stream is dead for ever, and all shows it at the highest revision', async () => {
    const { prefix, stream } = await setUp();
    await client.tombstoneStream(stream);
    expect(await read(stream)).toBe('stream-deleted');
    expect(await append(stream, some(1), ANY)).toBe('stream-deleted');
    expect((await everything(prefix)).at(-1)).toEqual({
      type: '$streamDeleted',
      stream: 'a',
      revision: 9_223_372_036_854_775_807n,
    });
  });

  it('a position beyond the end is taken without a word', async () => {
    const { prefix } = await setUp();
    const beyond = { commit: 1n << 60n, prepare: 1n << 60n };
    const found = [];
    for await (const one of client.readAll({ fromPosition: beyond, filter: streamNameFilter({ prefixes: [prefix] }) }))
      found.push(one);
    expect(found).toEqual([]);
  });
});

describe('section 9', () => {
  it('a bad id or an empty type is an unknown error', async () => {
    const stream = `${freshPrefix()}a`;
    for (const bad of [
      binaryEvent({ id: 'no-uuid', type: 'invented', data: new Uint8Array(1) }),
      { ...event(), type: '' },
    ])
      expect(await append(stream, [bad], NO_STREAM)).toBe('unknown');
    expect(await read(stream)).toBe('stream-not-found');
  });

  it('bytes come back as they were, JSON does not, and metadata that are JSON come back parsed', async () => {
    const stream = `${freshPrefix()}a`;
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    await client.appendToStream(
      stream,
      [
        binaryEvent({ type: 'invented', data: bytes, metadata: new TextEncoder().encode('{"a":1}') }),
        jsonEvent({ type: 'invented', data: { b: 1, a: 2 } }),
      ],
      { streamState: NO_STREAM },
    );
    const found = [];
    for await (const { event: one } of client.readStream(stream)) found.push(one);
    expect(Buffer.from(found[0]!.data as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(found[0]).toMatchObject({ isJson: false, metadata: { a: 1 } });
    expect(found[1]).toMatchObject({ isJson: true, data: { a: 2, b: 1 } });
  });

  it('an id comes back in lower case, and text given as data does not come back', async () => {
    const stream = `${freshPrefix()}a`;
    const id = crypto.randomUUID();
    const text = binaryEvent({ id: id.toUpperCase(), type: 'invented', data: 'text' as unknown as Uint8Array });
    await client.appendToStream(stream, [text], { streamState: NO_STREAM });
    const found = (await read(stream)) as { id: string; data: string }[];
    expect(found.map((one) => [one.id, one.data === 'text'])).toEqual([[id, false]]);
  });

  it('when an event was created is cut to whole seconds for who reads, and not for who subscribes', async () => {
    const prefix = freshPrefix();
    const filter = streamNameFilter({ prefixes: [prefix] });
    // One in a thousand is created on a whole second by itself.
    await append(`${prefix}a`, some(1), NO_STREAM);
    await append(`${prefix}b`, some(1), NO_STREAM);
    const subscription = client.subscribeToAll({ filter });
    const subscribed: number[] = [];
    subscription.on('data', ({ event: one }) => void subscribed.push(one!.created.getTime() % 1000));
    await once(subscription, 'caughtUp');
    await subscription.unsubscribe();
    const found: number[] = [];
    for await (const { event: one } of client.readAll({ filter })) found.push(one!.created.getTime() % 1000);
    expect([found, subscribed.length, subscribed.some((ms) => ms !== 0)]).toEqual([[0, 0], 2, true]);
  });

  it('what a stream is cut to comes back as a number, and everything else that counts as a bigint', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    await client.setStreamMetadata(stream, { truncateBefore: 1 });
    const { metadata } = await client.getStreamMetadata(stream);
    expect(metadata).toMatchObject({ truncateBefore: 1 });
    for await (const { event: one } of client.readStream(stream))
      expect([typeof one!.revision, typeof one!.position?.commit]).toEqual(['bigint', 'bigint']);
  });

  it.each([
    ['data that are no JSON', 'jsonData'],
    ['data that are missing', 'noData'],
    ['an expected state that is null', 'nullState'],
  ])('%s: the append never settles, and the process is told of a rejection that nobody handles', async (_, trap) => {
    const child = new Child(new URL('./testing/trap.ts', import.meta.url), server.connectionString, trap);
    expect(await child.ended()).toBe(0);
    expect(child.lines).toEqual(['unhandled', 'not settled']);
  });

  it('a process stays after an append until the client is disposed', async () => {
    const child = new Child(new URL('./testing/trap.ts', import.meta.url), server.connectionString, 'exit');
    await child.printed(2);
    expect(await child.ended()).toBe(0);
    expect(child.lines).toEqual(['still here', 'disposed']);
  });

  it('an absent stream is an error on the first step of the reading, a revision past the end is not', async () => {
    const stream = `${freshPrefix()}a`;
    expect(await read(stream)).toBe('stream-not-found');
    await append(stream, some(1), NO_STREAM);
    const found = [];
    for await (const one of client.readStream(stream, { fromRevision: 5n })) found.push(one);
    expect(found).toEqual([]);
  });
});
