import { Inbox, within } from '@delta-hub/local-log/testing';
import { randomUUID } from 'node:crypto';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  ReceiptClock,
  RecordedEvent,
  Subscription,
} from '../event-store.js';

/** One empty place to store events in: a directory, a server's corner, an object in memory. */
export interface EventStoreSubstrate {
  /** Opens a further store over the same events, as another process or the next start would; `now` is its clock, the wall clock unless given. */
  connect(now?: ReceiptClock): Promise<EventStore>;
  /** Removes everything. All stores have been closed before. */
  dispose(): Promise<void>;
}

/** Yields a fresh substrate. */
export type OpenEventStoreSubstrate = () => Promise<EventStoreSubstrate>;

/** One promise of the port. `run` rejects when the adapter does not keep it. */
export interface ContractCase {
  readonly name: string;
  run(open: OpenEventStoreSubstrate, patienceMs?: number): Promise<void>;
}

/** What a case works with. */
export interface Bench {
  readonly store: EventStore;
  /** A further store over the same events; closed when the case ends. */
  connect(now?: ReceiptClock): Promise<EventStore>;
  /** Waits, but not for ever. */
  soon<T>(promise: Promise<T>, what: string): Promise<T>;
  /** Subscribes and collects. */
  listen(store: EventStore, after: bigint | undefined): Promise<Listener>;
}

export interface Listener extends Subscription {
  /** All events received so far, once there are at least `count`. */
  holding(count: number): Promise<readonly RecordedEvent[]>;
}

/** Long enough for a slow server on a busy machine: it is used up only by an adapter that fails. */
const PATIENCE_MS = 60_000;

export const contractCase = (name: string, body: (bench: Bench) => Promise<void>): ContractCase => ({
  name,
  run: async (open, patienceMs = PATIENCE_MS) => {
    const substrate = await open();
    const stores: EventStore[] = [];
    const soon = <T>(promise: Promise<T>, what: string) => within(promise, what, patienceMs);
    const connect = async (now?: ReceiptClock) => {
      const store = await substrate.connect(now);
      stores.push(store);
      return store;
    };
    const listen = async (store: EventStore, after: bigint | undefined) => {
      const inbox = new Inbox<RecordedEvent>();
      const subscription = await soon(store.subscribe(after, inbox.take), 'a subscription to begin');
      const fault = subscription.finished.then(() => new Promise<never>(() => {}));
      fault.catch(() => undefined); // Whoever waits for more is told; else it is for the case to look at `finished`.
      return {
        finished: subscription.finished,
        stop: () => soon(subscription.stop(), 'a subscription to stop'),
        holding: (count: number) => soon(Promise.race([inbox.holding(count), fault]), `${count} events`),
      };
    };
    try {
      await body({ store: await connect(), connect, soon, listen });
    } finally {
      await soon(Promise.all(stores.map((store) => store.close())), 'the stores to close');
      await substrate.dispose();
    }
  },
});

/** An invented event. */
export const anEvent = (text = 'invented', id: string = randomUUID()): EventToAppend => ({
  id,
  type: 'cn.delta-hub.transfer.applied.v1',
  data: new TextEncoder().encode(text),
});

/** As many invented events as asked for, with different bytes. */
export const someEvents = (count: number): EventToAppend[] =>
  Array.from({ length: count }, (_, index) => anEvent(`invented ${index}`));

/** Appends and insists that it was stored. */
export const mustAppend = async (
  store: EventStore,
  stream: string,
  expected: 'no-stream' | bigint,
  events: readonly EventToAppend[],
): Promise<Extract<AppendResult, { outcome: 'appended' }>> => {
  const result = await store.append(stream, expected, events);
  if (result.outcome !== 'appended') throw new Error(`${stream}: conflict with revision ${result.actual ?? 'none'}`);
  return result;
};

/** Everything in the store, read in pages of `limit`; fails when positions do not rise. */
export const everything = async (store: EventStore, limit = 1000): Promise<readonly RecordedEvent[]> => {
  const all: RecordedEvent[] = [];
  for (;;) {
    const page = await store.readAll(all.at(-1)?.position, limit);
    if (page.length > limit) throw new Error(`${page.length} events in a page of ${limit}`);
    if (page.length === 0) return all;
    for (const event of page) {
      const last = all.at(-1)?.position ?? -1n;
      if (event.position <= last) throw new Error(`position ${event.position} follows ${last}`);
      all.push(event);
    }
  }
};

/** What was given to `append`, without the places the store has found for it. */
export const given = (events: readonly RecordedEvent[]): EventToAppend[] =>
  events.map(({ id, type, data }) => ({ id, type, data }));

/** The code of the error a promise rejects with; fails when it resolves. */
export const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code;
    throw error;
  }
  throw new Error('resolved, but an error was promised');
};
