import type { AppendResult, EventStore, ReceiptClock, RecordedEvent, Subscription } from '../event-store.js';
import { EventStoreError } from '../event-store.js';
import { InMemoryEvents, InMemoryEventStore } from '../in-memory-event-store.js';
import type { EventStoreSubstrate } from './contract-case.js';

/** One seeded fault: makes a wrong store of a right one. */
interface Fault {
  readonly name: string;
  /** `events` are what the right store holds. */
  spoil(right: EventStore, events: InMemoryEvents): Partial<EventStore>;
}

type Handler = (event: RecordedEvent) => Promise<void>;

const conflict = (actual: bigint | undefined): AppendResult => ({ outcome: 'conflict', actual });

const alteredData =
  (alter: (data: Uint8Array) => Uint8Array) =>
  (right: EventStore): Partial<EventStore> => ({
    append: (stream, expected, events) =>
      right.append(
        stream,
        expected,
        events.map((event) => ({ ...event, data: alter(event.data) })),
      ),
  });

const withHandler =
  (alter: (handler: Handler) => Handler) =>
  (right: EventStore): Partial<EventStore> => ({
    subscribe: (after, handler) => right.subscribe(after, alter(handler)),
  });

const appendFaults: readonly Fault[] = [
  {
    name: 'a repeat is a conflict',
    spoil: (right, { byId }) => ({
      append: async (stream, expected, events) => {
        const actual = (await right.read(stream)).at(-1)?.revision;
        return events.some(({ id }) => byId.has(id)) ? conflict(actual) : right.append(stream, expected, events);
      },
    }),
  },
  {
    name: 'a stored id with other bytes is taken for a repeat',
    spoil: (right) => ({
      append: async (stream, expected, events) => {
        try {
          return await right.append(stream, expected, events);
        } catch (error) {
          if (!(error instanceof EventStoreError) || error.code !== 'ID_REUSED') throw error;
          return { outcome: 'appended', revision: 0n, position: 1n };
        }
      },
    }),
  },
  {
    name: 'ids are unique in their stream only',
    spoil: (right, { byId }) => ({
      append: (stream, expected, events) => {
        for (const { id } of events) if (byId.get(id)?.stream !== stream) byId.delete(id);
        return right.append(stream, expected, events);
      },
    }),
  },
  {
    name: 'the expected revision is not checked',
    spoil: (right) => ({
      append: async (stream, _expected, events) =>
        right.append(stream, (await right.read(stream)).at(-1)?.revision ?? 'no-stream', events),
    }),
  },
  {
    name: 'no-stream means any',
    spoil: (right) => ({
      append: async (stream, expected, events) => {
        const result = await right.append(stream, expected, events);
        if (expected !== 'no-stream' || result.outcome !== 'conflict') return result;
        return right.append(stream, result.actual ?? 'no-stream', events);
      },
    }),
  },
  {
    name: 'the answer is one revision off',
    spoil: (right) => ({
      append: async (...call) => {
        const result = await right.append(...call);
        return result.outcome === 'appended' ? { ...result, revision: result.revision + 1n } : result;
      },
    }),
  },
  {
    name: 'a conflict does not name the actual revision',
    spoil: (right) => ({
      append: async (...call) => {
        const result = await right.append(...call);
        return result.outcome === 'conflict' ? conflict(undefined) : result;
      },
    }),
  },
  {
    name: 'a batch is stored event by event',
    spoil: (right) => ({
      append: async (stream, expected, events) => {
        let result: AppendResult | undefined;
        for (const [index, event] of events.entries()) {
          const next = index === 0 ? expected : (expected === 'no-stream' ? -1n : expected) + BigInt(index);
          result = await right.append(stream, next, [event]);
          if (result.outcome === 'conflict') return result;
        }
        return result ?? right.append(stream, expected, events);
      },
    }),
  },
  {
    name: 'ids are put into lower case',
    spoil: (right) => ({
      append: (stream, expected, events) =>
        right.append(
          stream,
          expected,
          events.map((event) => ({ ...event, id: event.id.toLowerCase() })),
        ),
    }),
  },
  { name: 'the last byte is dropped', spoil: alteredData((data) => data.slice(0, -1)) },
  {
    name: 'data pass through a text',
    spoil: alteredData((data) => new TextEncoder().encode(new TextDecoder().decode(data))),
  },
  {
    name: "the caller's bytes are taken when it suits the store",
    spoil: (right) => ({
      append: async (...call) => {
        await Promise.resolve();
        return right.append(...call);
      },
    }),
  },
];

const readFaults: readonly Fault[] = [
  {
    name: 'the time of receipt is that of the last repeat',
    spoil: (right, { byId }) => ({
      append: async (stream, expected, events) => {
        const before = (await right.readAll(undefined, 1000)).length;
        const result = await right.append(stream, expected, events);
        const isRepeat = (await right.readAll(undefined, 1000)).length === before;
        if (isRepeat && result.outcome === 'appended')
          for (const { id } of events) Object.assign(byId.get(id) ?? {}, { receivedAt: '2025-03-12T01:00:00.000Z' });
        return result;
      },
    }),
  },
  {
    name: 'the time of receipt is that of the reading',
    spoil: (right) => ({
      read: async (stream) =>
        (await right.read(stream)).map((event) => ({ ...event, receivedAt: new Date().toISOString() })),
    }),
  },
  {
    name: 'a stream is read backwards',
    spoil: (right) => ({ read: async (stream) => (await right.read(stream)).toReversed() }),
  },
  {
    name: 'a page begins with the last event of the one before',
    spoil: (right) => ({
      readAll: (after, limit) => right.readAll(after === undefined || after === 1n ? undefined : after - 1n, limit),
    }),
  },
  {
    name: 'a page holds one event too many',
    spoil: (right) => ({ readAll: (after, limit) => right.readAll(after, limit + 1) }),
  },
  {
    name: 'the global order is by stream',
    spoil: (right) => ({
      readAll: async (after, limit) =>
        (await right.readAll(after, limit)).toSorted((a, b) =>
          a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0,
        ),
    }),
  },
  {
    name: 'the head lags by one',
    spoil: (right) => ({ head: async () => ((await right.head()) ?? 1n) - 1n || undefined }),
  },
  {
    name: 'nothing survives a new start',
    spoil: (right, { all, byId, byStream }) => ({
      close: async () => {
        await right.close();
        all.length = 0;
        byId.clear();
        byStream.clear();
      },
    }),
  },
];

const subscriptionFaults: readonly Fault[] = [
  {
    name: 'the first event after the past is lost',
    spoil: (right) => ({
      subscribe: async (after, handler) => {
        const head = (await right.head()) ?? 0n;
        return right.subscribe(after, (event) => (event.position === head + 1n ? Promise.resolve() : handler(event)));
      },
    }),
  },
  {
    name: 'the event at the position is delivered again',
    spoil: (right) => ({
      subscribe: async (after, handler) =>
        right.subscribe(
          after === undefined || after > ((await right.head()) ?? 0n) ? after : after - 1n || undefined,
          handler,
        ),
    }),
  },
  {
    name: 'a position beyond the end waits',
    spoil: (right) => ({
      subscribe: async (after, handler) => {
        const head = await right.head();
        return right.subscribe(head === undefined || (after ?? 0n) > head ? head : after, handler);
      },
    }),
  },
  {
    name: 'what other stores append is not noticed',
    spoil: (right, events) => {
      const own = new Set<string>();
      return {
        append: (stream, expected, given) => {
          for (const { id } of given) own.add(id);
          return right.append(stream, expected, given);
        },
        subscribe: async (after, handler) => {
          const past = events.all.length;
          return right.subscribe(after, (event) =>
            event.position <= BigInt(past) || own.has(event.id) ? handler(event) : Promise.resolve(),
          );
        },
      };
    },
  },
  {
    name: 'a fault of the handler is swallowed',
    spoil: withHandler((handler) => (event) => handler(event).catch(() => undefined)),
  },
  {
    name: 'a fault of the handler is replaced',
    spoil: withHandler(
      (handler) => (event) => handler(event).catch(() => Promise.reject(new Error('something failed'))),
    ),
  },
  {
    name: 'handlers run side by side',
    spoil: withHandler((handler) => (event) => {
      void handler(event).catch(() => undefined);
      return Promise.resolve();
    }),
  },
  {
    name: 'stop does not wait for the event in hand',
    spoil: (right) => ({
      subscribe: async (after, handler) => {
        const subscription = await right.subscribe(after, handler);
        const stop = () => {
          void subscription.stop();
          return Promise.resolve();
        };
        return { finished: subscription.finished, stop };
      },
    }),
  },
  {
    name: 'stop stops nothing',
    spoil: (right) => ({
      subscribe: async (...call): Promise<Subscription> => ({
        ...(await right.subscribe(...call)),
        stop: () => Promise.resolve(),
      }),
    }),
  },
  { name: 'closing leaves everything running', spoil: () => ({ close: () => Promise.resolve() }) },
];

export const eventStoreFaults: readonly Fault[] = [...appendFaults, ...readFaults, ...subscriptionFaults];

/** A substrate whose stores have the fault; without one, they are right. */
export const openFaultySubstrate = (fault?: Fault): Promise<EventStoreSubstrate> => {
  const events = new InMemoryEvents();
  const connect = (now?: ReceiptClock) => {
    const right = new InMemoryEventStore(events, now);
    const pass: EventStore = {
      append: (...call) => right.append(...call),
      read: (stream) => right.read(stream),
      readAll: (...call) => right.readAll(...call),
      head: () => right.head(),
      subscribe: (...call) => right.subscribe(...call),
      close: () => right.close(),
    };
    return Promise.resolve({ ...pass, ...fault?.spoil(right, events) });
  };
  return Promise.resolve({ connect, dispose: () => Promise.resolve() });
};
