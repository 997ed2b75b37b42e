/** Section 7 of the measurements, what only time and a scavenge take away. Nobody sets the clock of a server that is given, or scavenges it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { binaryEvent, KurrentDBClient, NO_STREAM, START } from '@kurrent/kurrentdb-client';
import { once } from 'node:events';
import { Database } from '../../kurrentdb-double/database.js';
import { KurrentDouble } from '../../kurrentdb-double/server.js';

let double: KurrentDouble;
let client: KurrentDBClient;
let clock: number;
beforeEach(async () => {
  clock = Date.UTC(2025, 2, 10);
  double = await new KurrentDouble(new Database(() => new Date(clock))).start();
  client = KurrentDBClient.connectionString(double.connectionString);
  for (const stream of ['whole', 'cut', 'hidden', 'dead'])
    await client.appendToStream(
      stream,
      Array.from({ length: 6 }, () => binaryEvent({ type: 'invented', data: new Uint8Array(8) })),
      { streamState: NO_STREAM },
    );
});
afterEach(async () => {
  await client.dispose();
  double.stop();
});

/** `<stream> <revision>` of everything that is ordinary, in the order of `$all`. */
const all = async (): Promise<string[]> => {
  const found: string[] = [];
  for await (const { event } of client.readAll())
    if (event !== undefined && !event.streamId.startsWith('$')) found.push(`${event.streamId} ${event.revision}`);
  return found;
};
const revisions = async (stream: string): Promise<number[]> => {
  const found: number[] = [];
  for await (const { event } of client.readStream(stream)) found.push(Number(event!.revision));
  return found;
};
const whole = Array.from({ length: 6 }, (_, revision) => `whole ${revision}`);

const truncateAndDelete = async (): Promise<void> => {
  await client.setStreamMetadata('cut', { truncateBefore: 4 });
  await client.deleteStream('hidden');
  await client.tombstoneStream('dead');
};

describe('section 7, $maxAge', () => {
  it('what is older than so many seconds is not to be read, all still has it, and without metadata it is back', async () => {
    await client.setStreamMetadata('whole', { maxAge: 60 });
    clock += 40_000;
    await client.appendToStream('whole', binaryEvent({ type: 'invented', data: new Uint8Array(8) }));
    expect(await revisions('whole')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    clock += 40_000;
    expect(await revisions('whole')).toEqual([6]);
    clock += 40_000;
    expect(await revisions('whole')).toEqual([]);
    expect(await all()).toContain('whole 6');
    await client.setStreamMetadata('whole', {});
    expect(await revisions('whole')).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('section 7, after a scavenge', () => {
  it('the metadata by which a stream was cut or hidden stay, each as an event of all', async () => {
    await truncateAndDelete();
    double.database.scavenge();
    const found: string[] = [];
    for await (const { event } of client.readAll()) if (event?.type === '$metadata') found.push(event.streamId);
    expect(found).toEqual(['$$cut', '$$hidden']);
  });

  it('what was hidden is gone from $all without a mark: of a hidden stream the last event stays, of a dead one its tombstone', async () => {
    await truncateAndDelete();
    expect((await all()).length).toBe(25);
    double.database.scavenge();
    expect(await all()).toEqual([...whole, 'cut 4', 'cut 5', 'hidden 5', 'dead 9223372036854775807']);
  });

  it('what is gone does not come back when the metadata are removed', async () => {
    await truncateAndDelete();
    double.database.scavenge();
    for (const stream of ['cut', 'hidden']) await client.setStreamMetadata(stream, {});
    expect([await revisions('cut'), await revisions('hidden')]).toEqual([[4, 5], [5]]);
  });

  it('who goes on from a position that was removed goes on behind it', async () => {
    const removed: { commit: bigint; prepare: bigint }[] = [];
    for await (const { event } of client.readAll()) if (event?.streamId === 'cut') removed.push(event.position);
    await truncateAndDelete();
    double.database.scavenge();
    const subscription = client.subscribeToAll({ fromPosition: removed[1]! });
    const seen: string[] = [];
    subscription.on('data', ({ event }) => {
      if (event !== undefined && !event.streamId.startsWith('$')) seen.push(`${event.streamId} ${event.revision}`);
    });
    await once(subscription, 'caughtUp');
    expect(seen).toEqual(['cut 4', 'cut 5', 'hidden 5', 'dead 9223372036854775807']);
  });

  it('a subscriber beyond the end is taken without a word and is given nothing', async () => {
    const beyond = { commit: 1n << 60n, prepare: 1n << 60n };
    const subscription = client.subscribeToAll({ fromPosition: beyond });
    const seen: unknown[] = [];
    subscription.on('data', (one) => void seen.push(one));
    await once(subscription, 'caughtUp');
    await client.appendToStream('later', binaryEvent({ type: 'invented', data: new Uint8Array(1) }), {
      streamState: NO_STREAM,
    });
    // What comes later comes to who began at the start.
    const other = client.subscribeToAll({ fromPosition: START });
    other.on('data', () => undefined);
    await once(other, 'caughtUp');
    expect(seen).toEqual([]);
  });
});
