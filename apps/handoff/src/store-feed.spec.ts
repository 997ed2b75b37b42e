import { type EventStore, InMemoryEvents, InMemoryEventStore, type RecordedEvent } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreFeed } from './store-feed.js';
import { StoreSubscriber } from './subscriber.js';
import { until } from './testing/until.js';

let events: InMemoryEvents;
let store: InMemoryEventStore;
let closers: (() => Promise<void>)[];
beforeEach(() => {
  events = new InMemoryEvents();
  store = new InMemoryEventStore(events);
  closers = [() => store.close()];
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
});

const append = async (count: number): Promise<void> => {
  const some = Array.from({ length: count }, (_, at) => ({
    ...{ id: crypto.randomUUID(), type: 'invented' },
    data: Buffer.from(`${at}`),
  }));
  await store.append(`stream-${crypto.randomUUID()}`, 'no-stream', some);
};

const feedOf = (of: EventStore): StoreFeed => {
  const feed = new StoreFeed(of);
  feed.start();
  closers.push(() => feed.stop());
  return feed;
};

/** A subscriber that keeps what it was given, batch by batch, and its position. */
const follow = (feed: StoreFeed, work: (batch: readonly RecordedEvent[]) => void = () => undefined, from?: bigint) => {
  const batches: bigint[][] = [];
  let position = from;
  const subscriber = new StoreSubscriber({
    name: 'invented',
    feed,
    load: () => position,
    handle: (batch) => {
      batches.push(batch.map((event) => event.position));
      work(batch);
      position = batch.at(-1)!.position;
      return Promise.resolve();
    },
  });
  subscriber.start();
  closers.push(() => subscriber.stop());
  return { subscriber, batches };
};

const upTo = (last: number): bigint[] => Array.from({ length: last }, (_, at) => BigInt(at + 1));

/** Counts what the store itself is asked for. */
const counted = () => {
  const asked = { reads: 0, subscriptions: 0 };
  const of: EventStore = {
    append: (...call) => store.append(...call),
    read: (...call) => store.read(...call),
    head: () => store.head(),
    close: () => store.close(),
    readAll: (...call) => ((asked.reads += 1), store.readAll(...call)),
    subscribe: (...call) => ((asked.subscriptions += 1), store.subscribe(...call)),
  };
  return { asked, of };
};

describe('the feed of a store', () => {
  it('reads what is new once, however many ask, and gives what came together together', async () => {
    const { asked, of } = counted();
    const feed = feedOf(of);
    const [one, other] = [follow(feed), follow(feed)];
    await append(3);
    await Promise.all([one, other].map(({ subscriber }) => subscriber.waitFor(3n)));
    expect([one.batches, other.batches]).toEqual([[upTo(3)], [upTo(3)]]);
    expect(asked).toEqual({ reads: 0, subscriptions: 1 });
  });

  it('gives every event once and in order to whoever comes late, also beyond what it keeps at hand', async () => {
    const feed = feedOf(store);
    const early = follow(feed);
    for (let at = 0; at < 7; at++) await append(200);
    await early.subscriber.waitFor(1400n);
    const late = follow(feed);
    await late.subscriber.waitFor(1400n);
    expect([early.batches.flat(), late.batches.flat()]).toEqual([upTo(1400), upTo(1400)]);
  });

  it('does not wait for a position that the store does not have', async () => {
    await append(2);
    const { subscriber } = follow(feedOf(store), undefined, 5n);
    const fault = async (): Promise<string | undefined> => (await subscriber.state()).fault;
    await until(async () => (await fault()) !== undefined);
    expect(await fault()).toBe('POSITION_BEYOND_END: position 5, the store ends at 2');
  });

  it('says why the store cannot be followed, and goes on when it can', async () => {
    let isAway = true;
    const away: EventStore = {
      ...counted().of,
      subscribe: (...call) => (isAway ? Promise.reject(new Error('away')) : store.subscribe(...call)),
    };
    const feed = feedOf(away);
    const { subscriber, batches } = follow(feed);
    await until(() => feed.fault !== undefined);
    expect((await subscriber.state()).fault).toBe('away');
    isAway = false;
    await append(1);
    await subscriber.waitFor(1n);
    expect([(await subscriber.state()).fault, batches]).toEqual([undefined, [[1n]]]);
  });
});

describe('a subscriber', () => {
  it('that is stopped just after it was started has stopped, wherever it was', async () => {
    await append(1);
    const feed = feedOf(store);
    await follow(feed).subscriber.waitFor(1n);
    for (let turns = 0; turns < 8; turns++) {
      const { subscriber } = follow(feed, undefined, 1n);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await subscriber.stop();
    }
  });

  it('gets what its handler failed on again, one event at a time, and passes none', async () => {
    let isBroken = true;
    const { subscriber, batches } = follow(feedOf(store), (batch) => {
      if (isBroken && batch.some(({ position }) => position === 2n)) throw new Error('broken');
    });
    await append(3);
    await until(() => batches.length >= 4);
    expect((await subscriber.state()).fault).toBe('broken');
    isBroken = false;
    await subscriber.waitFor(3n);
    expect(batches.slice(0, 4)).toEqual([upTo(3), [1n], [2n, 3n], [2n]]);
    expect(batches.slice(-2)).toEqual([[2n], [3n]]);
    expect((await subscriber.state()).fault).toBeUndefined();
  });
});
