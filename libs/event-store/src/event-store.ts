/**
 * The store of one node: named streams of signed facts, appended and never changed.
 * Adapters MUST pass the one contract suite (`@delta-hub/event-store/testing`).
 */

/** What the caller believes about the stream: absent, or its last revision. There is deliberately no "any". */
export type Expected = 'no-stream' | bigint;

/** One fact to append. `id` is a lower-case UUID, unique in the store; `data` is stored byte for byte. */
export interface EventToAppend {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
}

/** Tells a store what time it is: RFC 3339 in UTC with milliseconds. */
export type ReceiptClock = () => string;

/** What a store reads that was opened without a clock. */
export const wallClock: ReceiptClock = () => new Date().toISOString();

/** One stored fact. `revision` counts from 0 in its stream without a hole; `position` is the global order. */
export interface RecordedEvent extends EventToAppend {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
  /** When the store took it, by the clock of the store it was given to: stored with it, never changed by a repeat. */
  readonly receivedAt: string;
}

/** A conflict is a value: it is expected. `actual` is the stream's last revision, undefined when it is absent. */
export type AppendResult =
  | { readonly outcome: 'appended'; readonly revision: bigint; readonly position: bigint }
  | { readonly outcome: 'conflict'; readonly actual: bigint | undefined };

export interface Subscription {
  /** Rejects with the fault that stopped the subscription (the handler's own included); resolves after `stop`. */
  readonly finished: Promise<void>;
  /** Stops after the event in hand has been handled. May be called twice; the handler itself must not wait for it. */
  stop(): Promise<void>;
}

export interface EventStore {
  /**
   * Appends all events or none. When it resolves 'appended' the events are durable.
   * The same ids with the same bytes at the same place are the same append and answer as before;
   * an id that is already stored with other bytes or elsewhere throws `ID_REUSED`.
   * @throws EventStoreError `STORAGE_FULL` (nothing stored), `OUTCOME_UNKNOWN` (repeat the identical call), `ID_REUSED`, `INVALID_EVENT`, `UNAVAILABLE`
   */
  append(stream: string, expected: Expected, events: readonly EventToAppend[]): Promise<AppendResult>;
  /** All events of a stream in revision order; empty when absent. @throws `SUBSTRATE_TAMPERED` when revisions have a hole. */
  read(stream: string): Promise<readonly RecordedEvent[]>;
  /** Up to `limit` events with position greater than `after`, in global order (`undefined`: from the start). */
  readAll(after: bigint | undefined, limit: number): Promise<readonly RecordedEvent[]>;
  /** Position of the last stored event; undefined when the store is empty. */
  head(): Promise<bigint | undefined>;
  /**
   * Every event after `after`, in global order, then each new one as it is stored (by whatever process);
   * the next is handed over when the handler's promise has resolved. A handler that throws ends the subscription.
   * The subscriber keeps its own position. `after` beyond the head throws `POSITION_BEYOND_END`, never a silent wait.
   */
  subscribe(after: bigint | undefined, handler: (event: RecordedEvent) => Promise<void>): Promise<Subscription>;
  /** Ends the subscriptions, each after the event in hand, and lets go of what the store holds. May be called twice. */
  close(): Promise<void>;
}

/**
 * Three codes belong to opening a store: `FOREIGN_STORE` (what is there is not an event store), `SCHEMA_UNKNOWN` (it is
 * one, of a version this program does not know) and `NOT_APPEND_ONLY` (whoever opens it could delete or hide events).
 */
export type EventStoreErrorCode =
  | 'STORAGE_FULL'
  | 'OUTCOME_UNKNOWN'
  | 'ID_REUSED'
  | 'INVALID_EVENT'
  | 'POSITION_BEYOND_END'
  | 'SUBSTRATE_TAMPERED'
  | 'FOREIGN_STORE'
  | 'SCHEMA_UNKNOWN'
  | 'NOT_APPEND_ONLY'
  | 'UNAVAILABLE';

export class EventStoreError extends Error {
  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EventStoreError';
  }
}
