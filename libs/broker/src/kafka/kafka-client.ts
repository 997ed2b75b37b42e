/** What the hub needs of a Kafka client. Two implement it, and `KafkaBroker` makes a broker of either. */
import type { OutgoingRecord } from '../broker.js';
import type { PartitionBounds } from '../positions.js';

/**
 * - `TRANSIENT`: no answer, or one that may be another the next time. Whether a send was stored is unknown.
 * - `REFUSED`: not allowed, or no such login. Nothing was stored.
 * - `TOO_LARGE`: the broker takes no record of this size. Nothing was stored.
 * - `MISPLACED`: the partition is not there any more. Whether the records were stored elsewhere is unknown.
 * - `STALLED`: a reader that gives nothing though there are records.
 */
export type KafkaFaultKind = 'TRANSIENT' | 'REFUSED' | 'TOO_LARGE' | 'MISPLACED' | 'STALLED';

/** The only error of a client. Its message names what the broker or the library said. */
export class KafkaClientFault extends Error {
  constructor(
    readonly kind: KafkaFaultKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'KafkaClientFault';
  }
}

/** A record as a client read it. Whoever may write the topic may leave out the key, the value or a header's value. */
export interface FetchedRecord {
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of the broker itself, at the end of a transaction of somebody: it takes an offset and is a record for nobody. */
  readonly isMark?: boolean;
}

/** Takes records of one partition, in order; the next are given when it has resolved. */
export type Deliver = (partition: number, records: readonly FetchedRecord[]) => Promise<void>;

/** Reads one incarnation of a topic. Good for one go: after a fault another is made. */
export interface KafkaReader {
  /** Rejects with a `KafkaClientFault` when nothing more will be delivered, be it that the log is another one now. Never resolves. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export interface KafkaClient {
  /** How many partitions a topic has; 0 when there is no such topic. */
  partitionCount(topic: string): Promise<number>;
  /** Where the partitions of a topic begin and end now; none where there is no such topic. */
  bounds(topic: string): Promise<readonly PartitionBounds[]>;
  /**
   * Appends the records to that very partition, in order. Resolves when every in-sync replica has them.
   * To be called for one partition again when the call before has settled.
   */
  send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<void>;
  /** Lets go of what a failed send may have left half open; the next send begins anew. */
  resetSender(): Promise<void>;
  /** Reads the given partitions from the given offsets on, as long as the log is the one named. */
  read(topic: string, from: ReadonlyMap<number, bigint>, logId: string, deliver: Deliver): KafkaReader;
  /** What is asked afterwards is refused as `TRANSIENT`, and connects nothing again. */
  close(): Promise<void>;
}
