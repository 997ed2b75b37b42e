/**
 * Section 9 of the measurements, traps for the adapter, asked with the bare client: that the double behaves as was
 * measured and, with KURRENTDB_URL, that a real server still does.
 */
import { describe, expect, it } from '@jest/globals';
import {
  type AllStreamResolvedEvent,
  binaryEvent,
  jsonEvent,
  type JSONType,
  NO_STREAM,
  type ResolvedEvent,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { Child } from '@delta-hub/local-log/testing';
import { once } from 'node:events';
import { freshPrefix } from './given-server.js';
import { event, serverOfSuite, some } from './testing/server-of-suite.js';

const server = serverOfSuite();
const { append, read } = server;

describe('section 9', () => {
  it.each([
    ['an id that is no UUID', 'a', { ...event(), id: 'no-uuid' }],
    ['the nil UUID', 'a', { ...event(), id: '00000000-0000-0000-0000-000000000000' }],
    ['an empty type', 'a', { ...event(), type: '' }],
    ['an empty name of the stream', '', event()],
  ])('%s is an unknown error, of which the message alone says BadRequest', async (_, name, bad) => {
    const stream = name && `${freshPrefix()}${name}`;
    const refused = server.client.appendToStream(stream, [bad], { streamState: NO_STREAM });
    await expect(refused).rejects.toMatchObject({ type: 'unknown', message: 'Could not recognize BadRequest' });
    if (stream !== '') expect(await read(stream)).toBe('stream-not-found');
  });

  it.each([
    ['70,000 characters', 'x'.repeat(70_000)],
    ['NUL', 'a\0b'],
    ['@', 'a@b'],
  ])('%s in the name of a stream and in a type are taken, and come back', async (_, text) => {
    const stream = `${freshPrefix()}${text}`;
    expect(await append(stream, [{ ...event(), type: text }], NO_STREAM)).toMatchObject({ revision: 0n });
    const found: unknown[] = [];
    const subscription = server.client.subscribeToStream(stream);
    subscription.on('data', ({ event: one }) => void found.push([one!.streamId, one!.type]));
    await once(subscription, 'caughtUp');
    await subscription.unsubscribe();
    for await (const { event: one } of server.client.readStream(stream)) found.push([one!.streamId, one!.type]);
    expect(found).toEqual([
      [stream, text],
      [stream, text],
    ]);
  });

  it('bytes come back as they were, JSON does not, and metadata come back parsed where they are JSON', async () => {
    const stream = `${freshPrefix()}a`;
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const text = '{"b":1.0,"a":12345678901234567890,"10":"x","2":"y","d":1e2}';
    const metadata = new TextEncoder().encode('{"a":1}');
    const given = [
      binaryEvent({ type: 'invented', data: bytes, metadata }),
      jsonEvent({ type: 'invented', data: JSON.parse(text) as JSONType, metadata: bytes }),
    ];
    await server.client.appendToStream(stream, given, { streamState: NO_STREAM });
    const found = [];
    for await (const { event: one } of server.client.readStream(stream)) found.push(one);
    expect(Buffer.from(found[0]!.data as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(found[0]).toMatchObject({ isJson: false, metadata: { a: 1 } });
    expect(JSON.stringify(found[1]!.data)).toBe('{"2":"y","10":"x","b":1,"a":12345678901234567000,"d":100}');
    expect(Buffer.from(found[1]!.metadata as Uint8Array)).toEqual(Buffer.from(bytes));
  });

  it('an id comes back in lower case, and text given as data does not come back', async () => {
    const stream = `${freshPrefix()}a`;
    const id = crypto.randomUUID();
    const text = binaryEvent({ id: id.toUpperCase(), type: 'invented', data: 'text' as unknown as Uint8Array });
    await server.client.appendToStream(stream, [text], { streamState: NO_STREAM });
    const found = (await read(stream)) as { id: string; data: string }[];
    expect(found.map((one) => [one.id, one.data === 'text'])).toEqual([[id, false]]);
  });

  it('who reads is given a Buffer, and the time of the event in whole seconds; who subscribes neither', async () => {
    const prefix = freshPrefix();
    const filter = streamNameFilter({ prefixes: [prefix] });
    // One in a thousand is created on a whole second by itself.
    await append(`${prefix}a`, some(1), NO_STREAM);
    await append(`${prefix}b`, some(1), NO_STREAM);
    const told = ({ event: one }: AllStreamResolvedEvent) => ({
      data: one!.data.constructor.name,
      isWhole: one!.created.getTime() % 1000 === 0,
    });
    const subscription = server.client.subscribeToAll({ filter });
    const subscribed: ReturnType<typeof told>[] = [];
    subscription.on('data', (one) => void subscribed.push(told(one)));
    await once(subscription, 'caughtUp');
    await subscription.unsubscribe();
    const found: ReturnType<typeof told>[] = [];
    for await (const one of server.client.readAll({ filter })) found.push(told(one));
    expect(found).toEqual(Array(2).fill({ data: 'Buffer', isWhole: true }));
    expect(subscribed.map(({ data }) => data)).toEqual(['Uint8Array', 'Uint8Array']);
    expect(subscribed.some(({ isWhole }) => !isWhole)).toBe(true);
  });

  it('what a stream is cut to comes back as a number, and everything else that counts as a bigint', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    await server.client.setStreamMetadata(stream, { truncateBefore: 1 });
    const { metadata, metastreamRevision } = await server.client.getStreamMetadata(stream);
    expect(metadata).toMatchObject({ truncateBefore: 1 });
    for await (const { event: one } of server.client.readStream(stream))
      expect([typeof one!.revision, typeof one!.position?.commit]).toEqual(['bigint', 'bigint']);
    // What is called a revision is the position of the event: as a revision it would be the first, 0.
    for await (const { event: one } of server.client.readStream(`$$${stream}`))
      expect([one!.revision, one!.position?.commit]).toEqual([0n, metastreamRevision]);
  });

  it('a link is given as what it points to only to who asks for that, and as nothing where that is gone', async () => {
    const prefix = freshPrefix();
    const [stream, hidden, dead] = [`${prefix}a`, `${prefix}b`, `${prefix}c`];
    const links = `${prefix}links`;
    const linkTo = (name: string) => binaryEvent({ type: '$>', data: new TextEncoder().encode(`1@${name}`) });
    for (const name of [stream, hidden, dead]) await append(name, some(2), NO_STREAM);
    await append(links, [stream, hidden, dead].map(linkTo), NO_STREAM);
    await server.client.deleteStream(hidden);
    await server.client.tombstoneStream(dead);
    const told = ({ event: one, link }: ResolvedEvent) =>
      [one, link].map((it) => it && `${it.revision}@${it.streamId}`);
    const given = async (resolveLinkTos: boolean) => {
      const found: unknown[] = [];
      for await (const one of server.client.readStream(links, { resolveLinkTos })) found.push(told(one));
      const subscription = server.client.subscribeToStream(links, { resolveLinkTos });
      subscription.on('data', (one) => void found.push(told(one)));
      await once(subscription, 'caughtUp');
      await subscription.unsubscribe();
      return found;
    };
    const own = [0, 1, 2].map((revision) => [`${revision}@${links}`, undefined]);
    expect(await given(false)).toEqual([...own, ...own]);
    const resolved = [
      [`1@${stream}`, `0@${links}`],
      [undefined, `1@${links}`],
      [undefined, `2@${links}`],
    ];
    expect(await given(true)).toEqual([...resolved, ...resolved]);
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

  it('an expected state of -1 takes a hundred appends of others with it: none is stored', async () => {
    const child = new Child(new URL('./testing/trap.ts', import.meta.url), server.connectionString, 'negativeState');
    expect(await child.ended()).toBe(0);
    expect(child.lines.toSorted()).toEqual(['0 stored', 'unavailable 13', 'unhandled']);
  });

  it.each([
    ['an append keeps it until the client is disposed', 'appending', ['still here', 'end']],
    ['reading does not keep it', 'reading', ['end']],
  ])('a process and its client: %s', async (_, trap, lines) => {
    const child = new Child(new URL('./testing/trap.ts', import.meta.url), server.connectionString, trap);
    expect(await child.ended()).toBe(0);
    expect(child.lines).toEqual(lines);
  });

  it('an absent stream is an error on the first step of the reading, a revision past the end is not', async () => {
    const stream = `${freshPrefix()}a`;
    expect(await read(stream)).toBe('stream-not-found');
    await append(stream, some(1), NO_STREAM);
    const found = [];
    for await (const one of server.client.readStream(stream, { fromRevision: 5n })) found.push(one);
    expect(found).toEqual([]);
  });
});
