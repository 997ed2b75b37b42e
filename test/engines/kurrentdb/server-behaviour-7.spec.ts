/**
 * Section 7 of the measurements, streams that are cut or deleted, asked with the bare client: that the double behaves as was
 * measured and, with KURRENTDB_URL, that a real server still does.
 */
import { describe, expect, it } from '@jest/globals';
import {
  type AllStreamSubscription,
  ANY,
  END,
  NO_STREAM,
  STREAM_EXISTS,
  type StreamSubscription,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { Inbox } from '@delta-hub/local-log/testing';
import { once } from 'node:events';
import { freshPrefix } from './given-server.js';
import { serverOfSuite, some } from './testing/server-of-suite.js';

const server = serverOfSuite();
const { append, read, revisions, everything } = server;

describe('section 7', () => {
  const setUp = async () => {
    const prefix = freshPrefix();
    const [stream, events] = [`${prefix}a`, some(10)];
    await append(stream, events, NO_STREAM);
    return { prefix, stream, events };
  };

  it('$tb = 4 of 10: readers begin there without an error, all still has everything, revisions go on', async () => {
    const { prefix, stream } = await setUp();
    await server.client.setStreamMetadata(stream, { truncateBefore: 4 });
    expect(await revisions(stream)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(await everything(prefix)).toHaveLength(11);
    expect(await append(stream, some(1), 9n)).toMatchObject({ revision: 10n });
  });

  it('$tb beyond the end: empty without an error, and what is appended is not to be read either, but in all', async () => {
    const { prefix, stream } = await setUp();
    await server.client.setStreamMetadata(stream, { truncateBefore: 100 });
    expect(await revisions(stream)).toEqual([]);
    expect(await append(stream, some(1), 9n)).toMatchObject({ revision: 10n });
    expect(await revisions(stream)).toEqual([]);
    expect((await everything(prefix)).at(-1)).toEqual({ type: 'invented', stream: 'a', revision: 10n });
  });

  it('$maxCount = 3: the last three; without metadata everything is back', async () => {
    const { stream } = await setUp();
    await server.client.setStreamMetadata(stream, { maxCount: 3 });
    expect(await revisions(stream)).toEqual([7, 8, 9]);
    await server.client.setStreamMetadata(stream, {});
    expect(await revisions(stream)).toHaveLength(10);
  });

  it.each([
    ['no stream', NO_STREAM],
    ['any', ANY],
  ] as const)('a soft-deleted stream is as if it had never been, but its revisions go on: %s', async (_, state) => {
    const { prefix, stream } = await setUp();
    await server.client.deleteStream(stream);
    expect(await read(stream)).toBe('stream-not-found');
    expect((await everything(prefix)).at(-1)).toMatchObject({ type: '$metadata', stream: '$$a' });
    expect(await append(stream, some(1), STREAM_EXISTS)).toBe('stream-deleted');
    expect(await append(stream, some(1), state)).toMatchObject({ revision: 10n });
    expect(await revisions(stream)).toEqual([10]);
  });

  it('a soft delete is metadata: $tb is the highest revision, which no number can hold', async () => {
    const { prefix, stream } = await setUp();
    await server.client.deleteStream(stream);
    expect(await everything(prefix)).toHaveLength(11);
    const { metadata } = await server.client.getStreamMetadata(stream);
    expect(metadata).toEqual({ truncateBefore: 9_223_372_036_854_776_000 });
  });

  it('the original append again after a soft delete: success without a position, and it stays deleted', async () => {
    const { stream, events } = await setUp();
    await server.client.deleteStream(stream);
    expect(await append(stream, events, NO_STREAM)).toMatchObject({ position: undefined });
    expect(await read(stream)).toBe('stream-not-found');
  });

  it('a tombstone: the stream is dead for ever with its metadata, and all shows it at the highest revision', async () => {
    const { prefix, stream } = await setUp();
    await server.client.tombstoneStream(stream);
    expect(await read(stream)).toBe('stream-deleted');
    expect(await append(stream, some(1), ANY)).toBe('stream-deleted');
    await expect(server.client.getStreamMetadata(stream)).rejects.toMatchObject({ type: 'stream-deleted' });
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
    for await (const one of server.client.readAll({
      fromPosition: beyond,
      filter: streamNameFilter({ prefixes: [prefix] }),
    }))
      found.push(one);
    expect(found).toEqual([]);
  });
});

describe('section 7, who follows', () => {
  const END_OF_DEAD = '$streamDeleted 9223372036854775807';
  /** `<type> <revision>` of what the subscription was given. */
  const givenTo = (subscription: StreamSubscription | AllStreamSubscription): Inbox<string> => {
    const inbox = new Inbox<string>();
    subscription.on('data', ({ event: one }) => void inbox.take(`${one!.type} ${one!.revision}`));
    return inbox;
  };

  it('is given that stream only, from behind a revision on, and then what comes', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(3), NO_STREAM);
    const subscription = server.client.subscribeToStream(stream, { fromRevision: 0n });
    const inbox = givenTo(subscription);
    await once(subscription, 'caughtUp');
    await append(`${stream}b`, some(2), NO_STREAM);
    await append(stream, some(1), 2n);
    expect(await inbox.holding(3)).toEqual(['invented 1', 'invented 2', 'invented 3']);
    await subscription.unsubscribe();
  });

  it.each([
    ['a stream', (stream: string) => server.client.subscribeToStream(stream, { fromRevision: END })],
    [
      'everything',
      (stream: string) => {
        const filter = streamNameFilter({ prefixes: [stream] });
        return server.client.subscribeToAll({ fromPosition: END, filter });
      },
    ],
  ])('is given from the end of %s only what comes', async (_, subscribe) => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    const subscription = subscribe(stream);
    const inbox = givenTo(subscription);
    // Where it begins is decided on the server, some time after the call.
    while (inbox.items.length === 0) await append(stream, some(1), ANY);
    expect(inbox.items).not.toContain('invented 0');
    expect(inbox.items).not.toContain('invented 1');
    await subscription.unsubscribe();
  });

  it('waits silently for a stream that is absent, and for one that was soft-deleted before or meanwhile', async () => {
    const stream = `${freshPrefix()}a`;
    const early = server.client.subscribeToStream(stream);
    const earlyInbox = givenTo(early);
    await once(early, 'confirmation');
    await append(stream, some(2), NO_STREAM);
    await earlyInbox.holding(2);
    await server.client.deleteStream(stream);
    const late = server.client.subscribeToStream(stream);
    const lateInbox = givenTo(late);
    await once(late, 'confirmation');
    await append(stream, some(1), NO_STREAM);
    expect(await earlyInbox.holding(3)).toEqual(['invented 0', 'invented 1', 'invented 2']);
    expect(await lateInbox.holding(1)).toEqual(['invented 2']);
    await Promise.all([early.unsubscribe(), late.unsubscribe()]);
  });

  it('waits silently behind a revision beyond the end', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    const subscription = server.client.subscribeToStream(stream, { fromRevision: 1n << 60n });
    const inbox = givenTo(subscription);
    await once(subscription, 'confirmation');
    await append(stream, some(1), 1n);
    const other = server.client.subscribeToStream(stream, { fromRevision: 1n });
    expect(await givenTo(other).holding(1)).toEqual(['invented 2']);
    expect(inbox.items).toEqual([]);
    await Promise.all([subscription.unsubscribe(), other.unsubscribe()]);
  });

  it('is given a tombstone as $streamDeleted at the highest revision, and then StreamDeletedError', async () => {
    const stream = `${freshPrefix()}a`;
    await append(stream, some(2), NO_STREAM);
    const subscription = server.client.subscribeToStream(stream);
    const inbox = givenTo(subscription);
    await once(subscription, 'caughtUp');
    const failed = once(subscription, 'error');
    await server.client.tombstoneStream(stream);
    expect(await failed).toMatchObject([{ type: 'stream-deleted', streamName: stream }]);
    expect(await inbox.holding(3)).toEqual(['invented 0', 'invented 1', END_OF_DEAD]);
  });
});
