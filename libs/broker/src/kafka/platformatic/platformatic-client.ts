import { type ClusterTopicMetadata, Consumer, Producer } from '@platformatic/kafka';
import type { OutgoingRecord } from '../../broker.js';
import type { PartitionBounds } from '../../positions.js';
import { type Deliver, type KafkaClient, KafkaClientFault, type KafkaReader } from '../kafka-client.js';
import type { KafkaOptions } from '../kafka-options.js';
import { readingOptions, writingOptions } from './connection.js';
import { faultOf, isUnknownTopic } from './faults.js';
import { PlatformaticReader } from './platformatic-reader.js';

const LATEST = -1n;
const EARLIEST = -2n;
const READ_UNCOMMITTED = 0;

const bytesOf = (value: Uint8Array): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** @platformatic/kafka: its idempotent producer, and its fetch without a group. */
export class PlatformaticClient implements KafkaClient {
  #producer: Producer | undefined;
  #asker: { readonly consumer: Consumer; open: number } | undefined;
  /** The last offset acknowledged in each partition. */
  readonly #reached = new Map<string, bigint>();
  #isClosed = false;

  constructor(private readonly options: KafkaOptions) {}

  async partitionCount(topic: string): Promise<number> {
    return (await this.#topic(topic))?.partitionsCount ?? 0;
  }

  async bounds(topic: string): Promise<readonly PartitionBounds[]> {
    const before = await this.#topic(topic);
    if (before === undefined) return [];
    const list = (timestamp: bigint) =>
      this.#ask((asker) => asker.listOffsets({ topics: [topic], timestamp, isolationLevel: READ_UNCOMMITTED }));
    const starts = await list(EARLIEST);
    const ends = await list(LATEST);
    const after = await this.#topic(topic);
    if (after?.id !== before.id) throw new KafkaClientFault('TRANSIENT', `${topic}: was created anew just now`);
    return Array.from({ length: before.partitionsCount }, (_, partition) => {
      const [start, end] = [starts.get(topic)?.[partition], ends.get(topic)?.[partition]];
      if (start === undefined || end === undefined)
        throw new KafkaClientFault('TRANSIENT', `${topic}[${partition}]: no offsets were told`);
      return { partition, logId: before.id, start, end };
    });
  }

  async send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(({ key, value, headers }) => ({
      topic,
      partition,
      key: Buffer.from(key),
      value: bytesOf(value),
      headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    }));
    this.#assertOpen();
    this.#producer ??= new Producer(writingOptions(this.options));
    try {
      const { offsets = [] } = await this.#producer.send({ messages });
      this.#check(
        `${topic}[${partition}]`,
        offsets.find((one) => one.topic === topic && one.partition === partition),
      );
    } catch (error) {
      throw faultOf(error);
    }
  }

  async resetSender(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#reached.clear();
    void producer?.close().catch(() => undefined);
  }

  read(topic: string, from: ReadonlyMap<number, bigint>, logId: string, deliver: Deliver): KafkaReader {
    return new PlatformaticReader(this.options, { topic, logId }, from, deliver);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [this.#producer, this.#asker?.consumer].map((one) => one?.close() ?? Promise.resolve());
    this.#producer = this.#asker = undefined;
    await Promise.allSettled(closing);
  }

  async #topic(topic: string): Promise<ClusterTopicMetadata | undefined> {
    try {
      const { topics } = await this.#ask((asker) => asker.metadata({ topics: [topic], forceUpdate: true }));
      return topics.get(topic);
    } catch (error) {
      if (isUnknownTopic(error)) return undefined;
      throw error;
    }
  }

  /** One connection for all questions; after a fault the next question gets another, and the old one goes with its last. */
  async #ask<T>(question: (asker: Consumer) => Promise<T>): Promise<T> {
    this.#assertOpen();
    this.#asker ??= { consumer: new Consumer(readingOptions(this.options)), open: 0 };
    const asker = this.#asker;
    asker.open++;
    try {
      return await question(asker.consumer);
    } catch (error) {
      if (this.#asker === asker) this.#asker = undefined;
      throw faultOf(error);
    } finally {
      asker.open--;
      if (this.#asker !== asker && asker.open === 0) void asker.consumer.close().catch(() => undefined);
    }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new KafkaClientFault('TRANSIENT', '@platformatic/kafka: closed');
  }

  /** A partition that is not there is another one for the library: the remainder of its number. */
  #check(place: string, answer: { readonly offset: bigint } | undefined): void {
    if (answer === undefined) throw new KafkaClientFault('MISPLACED', `${place}: nothing was acknowledged`);
    if (answer.offset < 0n || answer.offset <= (this.#reached.get(place) ?? -1n))
      throw new KafkaClientFault('TRANSIENT', `${place}: offset ${answer.offset} was acknowledged before`);
    this.#reached.set(place, answer.offset);
  }
}
