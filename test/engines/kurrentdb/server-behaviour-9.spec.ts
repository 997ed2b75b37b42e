/**
 * Section 9 of the measurements, traps for the adapter, asked of the server with the bare client. On the double it shows that the double behaves as was measured; with
 * KURRENTDB_URL, that a real server still does.
 */
import { describe, expect, it } from '@jest/globals';
import { binaryEvent, jsonEvent, NO_STREAM, streamNameFilter } from '@kurrent/kurrentdb-client';
import { Child } from '@delta-hub/local-log/testing';
import { once } from 'node:events';
import { freshPrefix } from './given-server.js';
import { event, serverOfSuite, some } from './testing/server-of-suite.js';

const server = serverOfSuite();
const { append, read } = server;

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
    await server.client.appendToStream(
      stream,
      [
        binaryEvent({ type: 'invented', data: bytes, metadata: new TextEncoder().encode('{"a":1}') }),
        jsonEvent({ type: 'invented', data: { b: 1, a: 2 } }),
      ],
      { streamState: NO_STREAM },
    );
    const found = [];
    for await (const { event: one } of server.client.readStream(stream)) found.push(one);
    expect(Buffer.from(found[0]!.data as Uint8Array)).toEqual(Buffer.from(bytes));
    expect(found[0]).toMatchObject({ isJson: false, metadata: { a: 1 } });
    expect(found[1]).toMatchObject({ isJson: true, data: { a: 2, b: 1 } });
  });

  it('an id comes back in lower case, and text given as data does not come back', async () => {
    const stream = `${freshPrefix()}a`;
    const id = crypto.randomUUID();
    const text = binaryEvent({ id: id.toUpperCase(), type: 'invented', data: 'text' as unknown as Uint8Array });
    await server.client.appendToStream(stream, [text], { streamState: NO_STREAM });
    const found = (await read(stream)) as { id: string; data: string }[];
    expect(found.map((one) => [one.id, one.data === 'text'])).toEqual([[id, false]]);
  });

  it('when an event was created is cut to whole seconds for who reads, and not for who subscribes', async () => {
    const prefix = freshPrefix();
    const filter = streamNameFilter({ prefixes: [prefix] });
    // One in a thousand is created on a whole second by itself.
    await append(`${prefix}a`, some(1), NO_STREAM);
    await append(`${prefix}b`, some(1), NO_STREAM);
    const subscription = server.client.subscribeToAll({ filter });
    const subscribed: number[] = [];
    subscription.on('data', ({ event: one }) => void subscribed.push(one!.created.getTime() % 1000));
    await once(subscription, 'caughtUp');
    await subscription.unsubscribe();
    const found: number[] = [];
    for await (const { event: one } of server.client.readAll({ filter })) found.push(one!.created.getTime() % 1000);
    expect([found, subscribed.length, subscribed.some((ms) => ms !== 0)]).toEqual([[0, 0], 2, true]);
  });

  it('what a stream is cut to comes back as a number, and everything else that counts as a bigint', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    await server.client.setStreamMetadata(stream, { truncateBefore: 1 });
    const { metadata } = await server.client.getStreamMetadata(stream);
    expect(metadata).toMatchObject({ truncateBefore: 1 });
    for await (const { event: one } of server.client.readStream(stream))
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
    for await (const one of server.client.readStream(stream, { fromRevision: 5n })) found.push(one);
    expect(found).toEqual([]);
  });
});
