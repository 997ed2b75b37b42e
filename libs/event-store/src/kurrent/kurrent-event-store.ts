/** The event store on KurrentDB (EventStoreDB's successor), for nodes of more than one machine. */
import { BACKWARDS, END, type KurrentDBClient, NO_STREAM, START } from '@kurrent/kurrentdb-client';
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
import { appendFault, isNotFound, readFault, tampered, withinTime } from './client-errors.js';
import { connect } from './connect.js';
import { EventIndex } from './event-index.js';
import { Feed } from './feed.js';
import { Readback } from './readback.js';
import { positionOf, ServerStreams } from './server-events.js';
import { AppendsUnderway, type AppendUnderway } from './underway.js';
import { Unshown } from './unshown.js';

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
 * Opens the store, and reads until its index holds everything that the server has.
 * @throws EventStoreError `UNAVAILABLE`, `FOREIGN_STORE`, `SUBSTRATE_TAMPERED` (also: the index knows more than the server)
 */
export const openKurrentEventStore = async (options: KurrentOptions): Promise<EventStore> => {
  const store = new KurrentEventStore(options);
  try {
    await store.begin();
    return store;
  } catch (error) {
    await store.close().catch(() => undefined);
    throw error;
  }
};

/** What the server says of an append that it has stored. */
interface Word {
  readonly revision: bigint;
  readonly position: bigint;
}

class KurrentEventStore implements EventStore {
  readonly #client: KurrentDBClient;
  readonly #streams: ServerStreams;
  readonly #index: EventIndex;
  readonly #now: ReceiptClock;
  readonly #patienceMs: number;
  readonly #underway = new AppendsUnderway();
  readonly #unshown = new Unshown();
  readonly #readback: Readback;
  #keepingUp: Promise<void> | undefined;
  /** How many wait for their events to be read back. */
  #waiting = 0;
  /** Whether the server has been seen to name the very position at which an event is read back. */
  #isExact = false;
  readonly #appending = new Set<Promise<unknown>>();
  readonly #subscriptions = new Set<Feed>();
  /** What cannot be and yet was read: nothing is appended to a server that is not what it was. */
  #fault: { readonly error: unknown } | undefined;
  #closing: Promise<void> | undefined;

  constructor({ connectionString, prefix, indexFile, patienceMs, now }: KurrentOptions) {
    this.#index = new EventIndex(indexFile);
    this.#client = connect(connectionString);
    this.#streams = new ServerStreams(prefix);
    this.#patienceMs = patienceMs ?? PATIENCE_MS;
    this.#now = now ?? wallClock;
    this.#readback = new Readback({
      ...{ client: this.#client, streams: this.#streams, last: this.#index.end(), patienceMs: this.#patienceMs },
      take: (event) => this.#take(event),
      isOwed: () => this.#waiting > 0 || this.#unshown.size > 0,
    });
  }

  async begin(): Promise<void> {
    await this.#readback.catchUp();
    this.#keepingUp = this.#readback.run().catch((error: unknown) => this.#failed(error));
  }

  async append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult> {
    const append = checkAppend(stream, expected, events);
    this.#checkOpen();
    this.#checkSound();
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
    // Before it is read: what is appended meanwhile may come after the answer.
    const known = this.#index.lastRevisionOf(stream);
    const events = await this.#reading(this.#readStream(stream));
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
    this.#checkSound();
    const found = await this.#reading(this.#findHead());
    const told = this.#unshown.end();
    return told !== undefined && told > (found ?? -1n) ? told : found;
  }

  async subscribe(after: bigint | undefined, handler: (event: RecordedEvent) => Promise<void>): Promise<Subscription> {
    checkPosition(after, await this.head());
    this.#checkOpen();
    const feed = new Feed({
      ...{ client: this.#client, streams: this.#streams, patienceMs: this.#patienceMs },
      ...{ after, follower: handler },
    });
    this.#subscriptions.add(feed);
    void feed.finished.catch((error: unknown) => this.#noticed(error)).then(() => this.#subscriptions.delete(feed));
    return { finished: feed.finished, stop: () => feed.stop() };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((feed) => feed.stop()));
    await Promise.allSettled([...this.#appending]);
    this.#readback.stop();
    await this.#keepingUp;
    this.#index.close();
    await this.#client.dispose();
  }

  /**
   * The server's word is the answer where it leaves nothing open; else an append is done when its events have been read
   * back: then it is known where they are and that they are the ones that were given.
   */
  async #append(append: Append): Promise<AppendResult> {
    const isNew = !append.events.some(({ id }) => this.#isKnown(id));
    if (!isNew) {
      const answer = await this.#answerFromStored(append);
      if (answer !== undefined) return answer;
    }
    const underway = this.#underway.begin(append, isNew);
    let isAnswered = false;
    try {
      const word = await this.#send(append);
      const answer =
        'outcome' in word
          ? word
          : this.#isCertain(word, underway)
            ? this.#believe(word, append)
            : await this.#answerFromReadback(word, underway);
      isAnswered = true;
      return answer;
    } finally {
      this.#underway.end(underway, isAnswered);
    }
  }

  /**
   * Whether the word of the server can mean nothing but that it has stored this very event now: one that nobody has given
   * it before as far as this node knows, which alone writes its streams, at the revision it had to get and behind all
   * that was there. While nothing can be read back the server may have gone back.
   */
  #isCertain({ revision, position }: Word, underway: AppendUnderway): boolean {
    return (
      this.#fault === undefined &&
      this.#isExact &&
      this.#readback.isFollowing &&
      !underway.isContested &&
      !underway.isShown &&
      underway.append.events.length === 1 &&
      revision === underway.lastRevision &&
      position > (this.#index.end()?.position ?? -1n)
    );
  }

  #believe({ revision, position }: Word, { stream, events }: Append): AppendResult {
    for (const event of events) this.#unshown.add({ ...event, stream, revision, position });
    this.#readback.expect();
    return { outcome: 'appended', revision, position };
  }

  async #answerFromReadback(word: Word, underway: AppendUnderway): Promise<AppendResult> {
    const { append } = underway;
    const seen = underway.shown ?? (await this.#waitFor(underway));
    const answer = answerWithoutWriting(append, believed(append.expected), (id) => seen.get(id));
    if (answer === undefined) throw tampered(`an append to ${append.stream} is not where it was stored`);
    if (append.events.length === 1 && answer.outcome === 'appended') this.#isExact = answer.position === word.position;
    return answer;
  }

  async #waitFor(underway: AppendUnderway): Promise<ReadonlyMap<string, Stored>> {
    this.#checkSound();
    this.#waiting++;
    this.#readback.hurry();
    try {
      return await withinTime(underway.whole, this.#patienceMs, 'OUTCOME_UNKNOWN');
    } finally {
      this.#waiting--;
    }
  }

  #isKnown(id: string): boolean {
    return this.#unshown.find(id) !== undefined || this.#index.find(id) !== undefined;
  }

  /** A repeat, or an id that is taken: the events themselves are compared, which the server would not do. */
  async #answerFromStored(append: Append): Promise<AppendResult | undefined> {
    const places = append.events.flatMap(({ id }) => this.#index.find(id) ?? []);
    const streams = [...new Set(places.map(({ stream }) => stream))];
    const stored = await Promise.all(streams.map((stream) => this.read(stream)));
    const found = new Map<string, Stored>(stored.flat().map((event) => [event.id, event]));
    const find = (id: string): Stored | undefined => found.get(id) ?? this.#unshown.find(id);
    return answerWithoutWriting(append, believed(append.expected), find);
  }

  /** A conflict, or what the server says of where it has stored the events. */
  async #send({ stream, expected, events }: Append): Promise<AppendResult | Word> {
    const receivedAt = this.#now();
    const given = events.map((event) => this.#streams.eventOf(event, receivedAt));
    const options = { streamState: expected === 'no-stream' ? NO_STREAM : expected } as const;
    try {
      const call = this.#client.appendToStream(this.#streams.nameOf(stream), given, options);
      const { position, nextExpectedRevision: revision } = await withinTime(call, this.#patienceMs, 'OUTCOME_UNKNOWN');
      // So the server answers the repeat of an append to a stream that was deleted since.
      if (position === undefined) throw tampered(`${stream} was deleted`);
      return { revision, position: position.commit };
    } catch (error) {
      const fault = appendFault(error);
      if (fault instanceof EventStoreError) throw fault;
      return { outcome: 'conflict', actual: typeof fault.actualState === 'bigint' ? fault.actualState : undefined };
    }
  }

  #take(event: RecordedEvent): void {
    // What was told of, or is read back before it is told of, was looked up before it was sent.
    const isLookedUp = this.#unshown.show(event) || this.#underway.isFirst(event.id);
    const known = isLookedUp ? undefined : this.#index.find(event.id);
    if (known !== undefined && known.position !== event.position)
      throw tampered(`event ${event.id} is stored twice, at positions ${known.position} and ${event.position}`);
    this.#underway.show(event);
    this.#index.add(event.id, event);
  }

  /** A subscriber may meet first what an administrator has done. */
  #noticed(error: unknown): void {
    if (error instanceof EventStoreError && error.code === 'SUBSTRATE_TAMPERED') this.#failed(error);
  }

  #failed(error: unknown): void {
    this.#fault ??= { error };
    this.#underway.failAll(error);
  }

  async #readStream(stream: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    try {
      const options = { fromRevision: START, requiresLeader: true } as const;
      for await (const { event } of this.#client.readStream(this.#streams.nameOf(stream), options))
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
    for await (const { event } of this.#client.readAll({ ...this.#streams.ours, fromPosition, maxCount }))
      if (event !== undefined && event.position.commit !== after) events.push(this.#streams.recorded(event));
    return events.slice(0, limit);
  }

  async #findHead(): Promise<bigint | undefined> {
    const options = { ...this.#streams.ours, fromPosition: END, direction: BACKWARDS, maxCount: 1 } as const;
    for await (const { event } of this.#client.readAll(options))
      if (event !== undefined) return this.#streams.recorded(event).position;
    return undefined;
  }

  #reading<T>(work: Promise<T>): Promise<T> {
    return withinTime(work, this.#patienceMs, 'UNAVAILABLE').catch((error: unknown) =>
      Promise.reject(readFault(error)),
    );
  }

  #checkSound(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

const closed = (): EventStoreError => new EventStoreError('UNAVAILABLE', 'KurrentDB: the event store is closed');
