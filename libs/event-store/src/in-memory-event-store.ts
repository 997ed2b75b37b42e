import { answerWithoutWriting, checkAppend, firstRevision } from './append-rules.js';
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
} from './event-store.js';
import { BATCH, Changes, Followings } from '@delta-hub/local-log';
import { checkLimit, checkPosition } from './read-rules.js';

/** What an in-memory store holds. It outlives the store, as a file outlives a process; several stores may share it. */
export class InMemoryEvents {
  readonly all: RecordedEvent[] = [];
  readonly byId = new Map<string, RecordedEvent>();
  readonly byStream = new Map<string, RecordedEvent[]>();
  readonly changes = new Changes();
}

/** Gives a stored event to whoever reads it. */
type HandOut = (event: RecordedEvent) => RecordedEvent;

const copyOf: HandOut = (event) => ({ ...event, data: new Uint8Array(event.data) });

/**
 * An event store for tests. Positions count from 1. Everybody gets a copy of each event, unless `handOut` knows that none of
 * its readers changes one.
 */
export class InMemoryEventStore implements EventStore {
  readonly #events: InMemoryEvents;
  readonly #now: ReceiptClock;
  readonly #handOut: HandOut;
  readonly #followings = new Followings();
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(events: InMemoryEvents = new InMemoryEvents(), now: ReceiptClock = wallClock, handOut: HandOut = copyOf) {
    this.#events = events;
    this.#now = now;
    this.#handOut = handOut;
  }

  append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult> {
    return this.#whenOpen(() => {
      const { all, byId, byStream, changes } = this.#events;
      const append = checkAppend(stream, expected, events);
      const answer = answerWithoutWriting(append, byStream.get(stream)?.at(-1)?.revision, (id) => byId.get(id));
      if (answer !== undefined) return answer;
      const receivedAt = this.#now();
      append.events.forEach((event, index) =>
        this.#store({ ...event, stream, revision: firstRevision(expected) + BigInt(index), receivedAt }),
      );
      changes.announce();
      return { outcome: 'appended', revision: all.at(-1)!.revision, position: all.at(-1)!.position };
    });
  }

  read(stream: string): Promise<readonly RecordedEvent[]> {
    return this.#whenOpen(() => (this.#events.byStream.get(stream) ?? []).map(this.#handOut));
  }

  readAll(after: bigint | undefined, limit: number): Promise<readonly RecordedEvent[]> {
    return this.#whenOpen(() => this.#after(after, checkLimit(limit)));
  }

  head(): Promise<bigint | undefined> {
    return this.#whenOpen(() => this.#events.all.at(-1)?.position);
  }

  subscribe(after: bigint | undefined, handler: (event: RecordedEvent) => Promise<void>): Promise<Subscription> {
    return this.#whenOpen(() => {
      if (this.#state === 'closing') throw new EventStoreError('UNAVAILABLE', 'the event store is being closed');
      checkPosition(after, this.#events.all.at(-1)?.position);
      let position = after;
      const next = () => {
        const batch = this.#after(position, BATCH);
        position = batch.at(-1)?.position ?? position;
        return batch;
      };
      return this.#followings.start(this.#events.changes, next, handler);
    });
  }

  async close(): Promise<void> {
    this.#state = 'closing';
    await this.#followings.stopAll();
    this.#state = 'closed';
  }

  #store(event: Omit<RecordedEvent, 'position'>): void {
    const { all, byId, byStream } = this.#events;
    const recorded = { ...event, position: BigInt(all.length) + 1n };
    const streamSoFar = byStream.get(event.stream);
    if (streamSoFar === undefined) byStream.set(event.stream, [recorded]);
    else streamSoFar.push(recorded);
    all.push(recorded);
    byId.set(event.id, recorded);
  }

  #after(position: bigint | undefined, limit: number): readonly RecordedEvent[] {
    const start = Number(position ?? 0n);
    return this.#events.all.slice(start, start + limit).map(this.#handOut);
  }

  /** Runs `work` at once; what it throws becomes the rejection. */
  #whenOpen<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#state === 'closed') throw new EventStoreError('UNAVAILABLE', 'the event store is closed');
      resolve(work());
    });
  }
}
