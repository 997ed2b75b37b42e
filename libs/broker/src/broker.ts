/**
 * The way between nodes: topics of raw bytes, at least once, ordered by key.
 * Adapters MUST pass the one contract suite (`@delta-hub/broker/testing`).
 */

/** A record as handed to the broker. All records of one `key` keep their order. Header values are ASCII. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record as received. `offset` counts within the partition of the topic; `logId` names this incarnation of the topic. */
export interface IncomingRecord extends OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly logId: string;
}

/** Where a consumer stands in one partition: the record it has taken last. */
export interface Position {
  readonly partition: number;
  readonly offset: bigint;
  readonly logId: string;
  /** CRC-32 of that record's value: a log put back to an older state and grown again has another one there. */
  readonly checksum?: number;
}

export interface BrokerSubscription {
  /** Rejects with the fault that stopped the consumer (the handler's own included); resolves after `stop`. */
  readonly finished: Promise<void>;
  /** Stops after the record in hand has been handled. May be called twice; the handler itself must not wait for it. */
  stop(): Promise<void>;
}

export interface Broker {
  /**
   * Publishes all records in order; resolves when they are durable.
   * After `OUTCOME_UNKNOWN` the caller publishes the identical records again: receivers remove repeats by event id.
   * @throws BrokerError `OUTCOME_UNKNOWN`, `STORAGE_FULL`, `INVALID_RECORD` (oversized, non-ASCII header: nothing published), `UNAVAILABLE`
   */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /**
   * Every record after the given positions (a partition without one: from its start), in order within a partition, then each new one.
   * The consumer keeps its own positions, durably, in or after the transaction of the fact. Before the first record the positions are checked:
   * `POSITION_LOST` (records after it were removed), `POSITION_BEYOND_END` (log truncated or restored), `LOG_REPLACED` (topic recreated, or gone,
   * or with another record at a position that has a checksum, which is told at the latest instead of the next record).
   * A gap in the offsets while running is `POSITION_LOST`. Each stops the consumer: never a silent skip. A topic not yet written to is awaited.
   * What is wrong at the start rejects the call, what goes wrong later rejects `finished`.
   */
  subscribe(
    topic: string,
    after: readonly Position[],
    handler: (record: IncomingRecord) => Promise<void>,
  ): Promise<BrokerSubscription>;
  /** How many records lie after the given positions. A position that `subscribe` would refuse is refused in the same way. */
  lag(topic: string, after: readonly Position[]): Promise<bigint>;
  /** Ends the subscriptions, each after the record in hand, and lets go of what the broker holds. May be called twice. */
  close(): Promise<void>;
}

/**
 * Two codes belong to opening a broker: `FOREIGN_STORE` (what is there is not a broker's) and
 * `SCHEMA_UNKNOWN` (it is, of a version this program does not know). Neither changes anything.
 */
export type BrokerErrorCode =
  | 'OUTCOME_UNKNOWN'
  | 'STORAGE_FULL'
  | 'INVALID_RECORD'
  | 'POSITION_LOST'
  | 'POSITION_BEYOND_END'
  | 'LOG_REPLACED'
  | 'FOREIGN_STORE'
  | 'SCHEMA_UNKNOWN'
  | 'UNAVAILABLE';

export class BrokerError extends Error {
  constructor(
    readonly code: BrokerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'BrokerError';
  }
}
