/** The event store on KurrentDB (EventStoreDB's successor), for nodes of more than one machine. */
import { BACKWARDS, END, KurrentDBClient, NO_STREAM, START } from '@kurrent/kurrentdb-client';
import { type Append, answerWithoutWriting, believed, checkAppend, type Stored } from '../append-rules.js';
import {
  type AppendResult,
  type EventStore,
  EventStoreError,
  type EventToAppend,
  type Expected,
  type ReceiptClock,
  type RecordedEvent,
  type Subscription,
  wallClock,
} from '../event-store.js';
import { checkLimit, checkPosition } from '../read-rules.js';
import { appendFault, isNotFound, readFault, withinTime } from './client-errors.js';
import { EventIndex } from './event-index.js';
import { Feed } from './feed.js';
import { positionOf, ServerStreams } from './server-events.js';

export interface KurrentOptions {
  /** `kurrentdb://user:password@host:2113?tls=true`; the client's own form. */
  readonly connectionString: string;
  /** What the names of this store's streams begin with on the server; printable ASCII, not `$`. */
  readonly prefix: string;
  /** File of the index of ids, which is made again where there is none; a temporary one unless given. */
  readonly indexFile?: string;
  /** How long to wait for an answer. Default 15,000: above what the client itself waits before it gives up a line. */
  readonly patienceMs?: number;
  /** Tells when an event was received; the wall clock unless given. */
  readonly now?: ReceiptClock;
}

const PATIENCE_MS = 15_000;

/**
 * Opens the store, and waits until its index holds everything that the server has.
 * @throws EventStoreError `UNAVAILABLE`, `FOREIGN_STORE`, `SUBSTRATE_TAMPERED` (also: the index knows more than the server)
 */
export const openKurrentEventStore = async (options: KurrentOptions): Promise<EventStore> => {
  const store = new KurrentEventStore(options);
  try {
    await store.begin();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
};

interface Waiting {
  readonly shown: (event: RecordedEvent) => void;
  readonly failed: (fault: unknown) => void;
}

class KurrentEventStore implements EventStore {
  readonly #client: KurrentDBClient;
  readonly #streams: ServerStreams;
  readonly #index: EventIndex;
  readonly #now: ReceiptClock;
  readonly #patienceMs: number;
  /** Appends that wait until the feed has shown their events, by event id. */
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #appending = new Set<Promise<unknown>>();
  readonly #subscriptions = new Set<Feed>();
  #feed: Feed | undefined;
  /** Why the feed has ended: nothing is appended to a server that is not what it was. */
  #fault: { readonly error: unknown } | undefined;
  #closing: Promise<void> | undefined;

  constructor({ connectionString, prefix, indexFile, patienceMs, now }: KurrentOptions) {
    this.#client = KurrentDBClient.connectionString(connectionString);
    this.#streams = new ServerStreams(prefix);
    this.#index = new EventIndex(indexFile);
    this.#patienceMs = patienceMs ?? PATIENCE_MS;
    this.#now = now ?? wallClock;
  }

  async begin(): Promise<void> {
    const end = this.#index.end();
    if (end !== undefined) await this.#checkEnd(end);
    const head = await this.head();
    const isComplete = (): boolean => head === undefined || (this.#index.end()?.position ?? -1n) >= head;
    let complete = (): void => undefined;
    const completed = new Promise<void>((resolve) => (complete = resolve));
    const take = (event: RecordedEvent): void => {
      this.#take(event);
      if (isComplete()) complete();
    };
    this.#feed = new Feed(this.#client, this.#streams, end?.position, take);
    this.#feed.finished.catch((error: unknown) => this.#failed(error));
    if (isComplete()) return;
    await Promise.race([completed, this.#feed.finished.then(() => Promise.reject(closed()))]);
  }

  async append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    if (this.#fault !== undefined) throw this.#fault.error;
    const appending = this.#append(append);
    this.#appending.add(appending);
    try {
      return await appending;
    } finally {
      this.#appending.delete(appending);
    }
  }

  async read(stream: string): Promise<readonly RecordedEvent[]> {
    this.#checkOpen();
    const events = await this.#reading(this.#readStream(stream));
    const known = this.#index.lastRevisionOf(stream);
    const wrong = events.findIndex(({ revision }, at) => revision !== BigInt(at));
    if (wrong >= 0) throw tampered(`${stream} has revision ${events[wrong]!.revision} where ${wrong} must be`);
    if (known !== undefined && known >= BigInt(events.length))
      throw tampered(`${stream} ends before revision ${known}, which the store had`);
    return events;
  }

  async readAll(after: bigint | undefined, limit: number): Promise<readonly RecordedEvent[]> {
    checkLimit(limit);
    this.#checkOpen();
    return this.#reading(this.#readForward(after, limit));
  }

  async head(): Promise<bigint | undefined> {
    this.#checkOpen();
    return this.#reading(this.#findHead());
  }

  async subscribe(after: bigint | undefined, handler: (event: RecordedEvent) => Promise<void>): Promise<Subscription> {
    checkPosition(after, await this.head());
    this.#checkOpen();
    const feed = new Feed(this.#client, this.#streams, after, handler);
    this.#subscriptions.add(feed);
    void feed.finished.catch(() => undefined).then(() => this.#subscriptions.delete(feed));
    return { finished: feed.finished, stop: () => feed.stop() };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((feed) => feed.stop()));
    await Promise.allSettled([...this.#appending]);
    await this.#feed?.stop();
    this.#index.close();
    await this.#client.dispose();
  }

  /**
   * An append is done when our own feed has shown its events: then it is known where they are, that they are the ones that
   * were given, and that every append after it looks at an index that has them.
   */
  async #append(append: Append): Promise<AppendResult> {
    const ids = append.events.map(({ id }) => id);
    if (ids.some((id) => this.#index.find(id) !== undefined)) {
      const answer = await this.#answerFromStored(append);
      if (answer !== undefined) return answer;
    }
    const shown = this.#awaited(ids);
    try {
      const sent = await this.#send(append);
      if (sent !== undefined) return sent;
      const seen = new Map(
        (await withinTime(shown.all, this.#patienceMs, 'OUTCOME_UNKNOWN')).map((event) => [event.id, event]),
      );
      const answer = answerWithoutWriting(append, believed(append.expected), (id) => seen.get(id));
      if (answer === undefined) throw tampered(`an append to ${append.stream} is not where it was stored`);
      return answer;
    } finally {
      shown.cancel();
    }
  }

  /** A repeat, or an id that is taken: the events themselves are compared, which the server would not do. */
  async #answerFromStored(append: Append): Promise<AppendResult | undefined> {
    const places = append.events.flatMap(({ id }) => this.#index.find(id) ?? []);
    const streams = [...new Set(places.map(({ stream }) => stream))];
    const stored = await Promise.all(streams.map((stream) => this.read(stream)));
    const found = new Map<string, Stored>(stored.flat().map((event) => [event.id, event]));
    return answerWithoutWriting(append, believed(append.expected), (id) => found.get(id));
  }

  /** Undefined: the server says that it has stored it. */
  async #send({ stream, expected, events }: Append): Promise<AppendResult | undefined> {
    const receivedAt = this.#now();
    const given = events.map((event) => this.#streams.eventOf(event, receivedAt));
    const options = { streamState: expected === 'no-stream' ? NO_STREAM : expected } as const;
    try {
      const call = this.#client.appendToStream(this.#streams.nameOf(stream), given, options);
      const { position } = await withinTime(call, this.#patienceMs, 'OUTCOME_UNKNOWN');
      // So the server answers the repeat of an append to a stream that was deleted since.
      if (position === undefined) throw tampered(`${stream} was deleted`);
      return undefined;
    } catch (error) {
      const fault = appendFault(error);
      if (fault instanceof EventStoreError) throw fault;
      return { outcome: 'conflict', actual: typeof fault.actualState === 'bigint' ? fault.actualState : undefined };
    }
  }

  #awaited(ids: readonly string[]): { readonly all: Promise<readonly RecordedEvent[]>; cancel(): void } {
    const mine: (readonly [string, Waiting])[] = [];
    const all = Promise.all(
      ids.map(
        (id) =>
          new Promise<RecordedEvent>((shown, failed) => {
            const waiting = { shown, failed };
            mine.push([id, waiting]);
            this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(waiting));
          }),
      ),
    );
    all.catch(() => undefined); // Nobody listens any more when the server itself has refused.
    const cancel = (): void => {
      for (const [id, waiting] of mine) {
        const others = this.#waiting.get(id);
        others?.delete(waiting);
        if (others?.size === 0) this.#waiting.delete(id);
      }
    };
    return { all, cancel };
  }

  #take(event: RecordedEvent): void {
    this.#index.add(event.id, event);
    for (const { shown } of this.#waiting.get(event.id) ?? []) shown(event);
  }

  #failed(error: unknown): void {
    this.#fault = { error };
    for (const those of this.#waiting.values()) for (const { failed } of those) failed(error);
  }

  async #readStream(stream: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    try {
      for await (const { event } of this.#client.readStream(this.#streams.nameOf(stream), { fromRevision: START }))
        if (event !== undefined) events.push(this.#streams.recorded(event));
      return events;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  /** The server begins with the event at the position itself. */
  async #readForward(after: bigint | undefined, limit: number): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    const fromPosition = after === undefined ? START : positionOf(after);
    const maxCount = after === undefined ? limit : limit + 1;
    for await (const { event } of this.#client.readAll({ fromPosition, maxCount, filter: this.#streams.filter }))
      if (event !== undefined && event.position.commit !== after) events.push(this.#streams.recorded(event));
    return events.slice(0, limit);
  }

  async #findHead(): Promise<bigint | undefined> {
    const options = { fromPosition: END, direction: BACKWARDS, maxCount: 1, filter: this.#streams.filter } as const;
    for await (const { event } of this.#client.readAll(options))
      if (event !== undefined) return this.#streams.recorded(event).position;
    return undefined;
  }

  /** What the index had last must be where it was: else the server was put back to an older state, or is another one. */
  async #checkEnd({ position, id }: { readonly position: bigint; readonly id: string }): Promise<void> {
    if ((await this.#reading(this.#streams.idFrom(this.#client, position))) !== id)
      throw tampered(`event ${id} is not at position ${position}, where this node has seen it`);
  }

  #reading<T>(work: Promise<T>): Promise<T> {
    return withinTime(work, this.#patienceMs, 'UNAVAILABLE').catch((error: unknown) =>
      Promise.reject(readFault(error)),
    );
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

const closed = (): EventStoreError => new EventStoreError('UNAVAILABLE', 'KurrentDB: the event store is closed');
const tampered = (detail: string): EventStoreError => new EventStoreError('SUBSTRATE_TAMPERED', `KurrentDB: ${detail}`);
