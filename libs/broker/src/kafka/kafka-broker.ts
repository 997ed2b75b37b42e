import {
  type Broker,
  BrokerError,
  type BrokerSubscription,
  type IncomingRecord,
  type OutgoingRecord,
  type Position,
} from '../broker.js';
import { Places } from '../positions.js';
import { checkRecords } from '../record-rules.js';
import { type KafkaClient, KafkaClientFault } from './kafka-client.js';
import { defaultTimes, type KafkaOptions, type KafkaTimes } from './kafka-options.js';
import { asBrokerError, KafkaSubscription } from './kafka-subscription.js';
import { PartitionWriter } from './partition-writer.js';
import { partitionOf } from './partitions.js';
import { Pauses } from './pauses.js';

/** A broker of the hub on Apache Kafka, through either client. Topics are made by the operator, never by a node. */
export class KafkaBroker implements Broker {
  readonly #times: KafkaTimes;
  readonly #onRebuild: NonNullable<KafkaOptions['onRebuild']>;
  readonly #counts = new Map<string, Promise<number>>();
  readonly #writers = new Map<string, PartitionWriter>();
  readonly #subscriptions = new Set<KafkaSubscription>();
  readonly #pauses = new Pauses();
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    private readonly client: KafkaClient,
    options: Pick<KafkaOptions, 'times' | 'onRebuild'>,
  ) {
    this.#times = { ...defaultTimes, ...options.times };
    this.#onRebuild = options.onRebuild ?? (() => undefined);
  }

  async publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const checked = checkRecords(topic, records);
    this.#assertOpen();
    if (checked.length === 0) return;
    const count = await this.#partitionCount(topic);
    const parts = Map.groupBy(checked, ({ key }) => partitionOf(key, count));
    const writes = Array.from(parts, ([partition, part]) => this.#writer(topic, partition).write(part));
    const failed = (await Promise.allSettled(writes)).filter((result) => result.status === 'rejected');
    if (failed.length === 0) return;
    this.#counts.delete(topic);
    throw worst(failed.map(({ reason }): unknown => reason));
  }

  async subscribe(
    topic: string,
    after: readonly Position[],
    handler: (record: IncomingRecord) => Promise<void>,
  ): Promise<BrokerSubscription> {
    this.#assertOpen(this.#closing);
    const places = new Places(topic, after);
    await this.#ask(async () => places.next(await this.client.bounds(topic)));
    this.#assertOpen(this.#closing);
    const { client } = this;
    const following = { topic, client, places, times: this.#times, handler, onRebuild: this.#onRebuild };
    const subscription: KafkaSubscription = new KafkaSubscription(following, () => {
      this.#subscriptions.delete(subscription);
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async lag(topic: string, after: readonly Position[]): Promise<bigint> {
    this.#assertOpen();
    const places = new Places(topic, after);
    return this.#ask(async () => places.behind(await this.client.bounds(topic)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    this.#isClosed = true;
    this.#pauses.end();
    await this.client.close();
  }

  /** Known from the first record on: a topic's partitions do not become fewer, and more of them would part a case's records. */
  async #partitionCount(topic: string): Promise<number> {
    const known = this.#counts.get(topic) ?? this.#ask(() => this.#countPartitions(topic));
    this.#counts.set(topic, known);
    known.catch(() => this.#counts.delete(topic));
    return known;
  }

  async #countPartitions(topic: string): Promise<number> {
    const count = await this.client.partitionCount(topic);
    if (count === 0) throw new KafkaClientFault('TRANSIENT', `${topic}: there is no such topic, or not for us to see`);
    return count;
  }

  /** Asks again for a while: brokers need a moment for a topic that is new, or whose leader has just changed. */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#times.askWithin;
    for (;;) {
      try {
        return await question();
      } catch (error) {
        const isTransient = error instanceof KafkaClientFault && error.kind === 'TRANSIENT';
        if (!isTransient || performance.now() >= deadline || this.#isClosed) throw asBrokerError(error);
        await this.#pauses.pause(this.#times.pause);
      }
    }
  }

  #writer(topic: string, partition: number): PartitionWriter {
    const name = `${topic}[${partition}]`;
    const known = this.#writers.get(name);
    if (known !== undefined) return known;
    const writer = new PartitionWriter(this.client, { topic, partition }, this.#times, this.#pauses);
    this.#writers.set(name, writer);
    return writer;
  }

  /** What a handler still does while the broker is being closed is done; `closing` says that nothing new begins then. */
  #assertOpen(closing?: Promise<void>): void {
    if (this.#isClosed || closing !== undefined) throw new BrokerError('UNAVAILABLE', 'the broker is closed');
  }
}

/** Of several faults of one call, the one that leaves most open. */
const worst = (faults: readonly unknown[]): unknown =>
  faults.find((fault) => fault instanceof BrokerError && fault.code === 'OUTCOME_UNKNOWN') ?? faults[0];
