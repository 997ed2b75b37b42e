import { Consumer } from '@platformatic/kafka';
import { type Deliver, KafkaClientFault, type KafkaReader } from '../kafka-client.js';
import type { KafkaOptions } from '../kafka-options.js';
import { readingOptions } from './connection.js';
import { faultOf } from './faults.js';
import { fetchedFrom, type FetchResponse } from './fetched.js';

/** Longest wait of a fetch that finds nothing, and most bytes of one. */
const WAIT_MS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const READ_UNCOMMITTED = 0;

/**
 * Fetches from given offsets, without a group. A consumer of the library has one fetch session with each broker, which two
 * fetches at a time would break: so each partition has a consumer of its own. The log is asked for by its id.
 */
export class PlatformaticReader implements KafkaReader {
  readonly failed: Promise<never>;
  readonly #consumers: readonly Consumer[];
  #isClosed = false;

  constructor(
    options: KafkaOptions,
    private readonly log: { readonly topic: string; readonly logId: string },
    from: ReadonlyMap<number, bigint>,
    private readonly deliver: Deliver,
  ) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    promise.catch(() => undefined);
    this.#consumers = Array.from(from, ([partition, offset]) => {
      const consumer = new Consumer(readingOptions(options));
      this.#follow(consumer, partition, offset).catch((error: unknown) => reject(faultOf(error)));
      return consumer;
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#consumers.map((consumer) => consumer.close(true)));
  }

  /** Fetches the next records while those before are being handled. */
  async #follow(consumer: Consumer, partition: number, from: bigint): Promise<void> {
    let next = from;
    let fetching = this.#fetch(consumer, partition, next);
    while (!this.#isClosed) {
      const { records, next: behind } = fetchedFrom(await fetching, next);
      next = behind;
      fetching = this.#fetch(consumer, partition, next);
      fetching.catch(() => undefined);
      if (records.length > 0) await this.deliver(partition, records);
    }
  }

  async #fetch(consumer: Consumer, partition: number, offset: bigint): Promise<FetchResponse> {
    const { topic, logId } = this.log;
    const { topics } = await consumer.metadata({ topics: [topic] });
    const leader = topics.get(topic)?.partitions[partition]?.leader;
    if (leader === undefined) throw new KafkaClientFault('TRANSIENT', `${topic}[${partition}]: has no leader`);
    const wanted = { partition, currentLeaderEpoch: -1, fetchOffset: offset, lastFetchedEpoch: -1 };
    return consumer.fetch({
      node: leader,
      topics: [{ topicId: logId, partitions: [{ ...wanted, partitionMaxBytes: MOST_BYTES }] }],
      isolationLevel: READ_UNCOMMITTED,
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes: MOST_BYTES,
    });
  }
}
