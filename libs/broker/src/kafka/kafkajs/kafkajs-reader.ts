import type {
  Batch,
  Consumer,
  ConsumerStartBatchProcessEvent,
  EachBatchPayload,
  ISocketFactory,
  Kafka,
  KafkaMessage,
} from 'kafkajs';
import { type Deliver, type FetchedRecord, KafkaClientFault, type KafkaReader } from '../kafka-client.js';
import { faultOf } from './faults.js';
import { notingReturns } from './sockets.js';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
/** Longest wait of a fetch that finds nothing. */
const WAIT_MS = 500;

type BatchTold = ConsumerStartBatchProcessEvent['payload'];

/** kafkajs gives a header's value as bytes, text, or a list where its name came twice. */
const headersOf = (headers: KafkaMessage['headers']): FetchedRecord['headers'] =>
  Object.entries(headers ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, Buffer.from(one ?? '').toString('latin1')] as const),
  );

/** One after the other, as kafkajs tells of a batch in which there is nothing else: it does not give it to us. */
const marksOf = (first: bigint, last: bigint): readonly FetchedRecord[] =>
  Array.from({ length: Number(last - first) + 1 }, (_, index) => markAt(first + BigInt(index)));

const markAt = (offset: bigint): FetchedRecord => ({ offset, key: null, value: null, headers: [], isMark: true });

const recordOf = ({ offset, key, value, headers }: KafkaMessage): FetchedRecord => ({
  offset: BigInt(offset),
  key,
  value,
  headers: headersOf(headers),
});

/** Marks are among what kafkajs calls raw. */
const recordsIn = (batch: Batch): readonly FetchedRecord[] => {
  const { rawMessages } = batch as Batch & {
    readonly rawMessages: readonly (KafkaMessage & { isControlRecord: boolean })[];
  };
  return rawMessages.map((message) => (message.isControlRecord ? markAt(BigInt(message.offset)) : recordOf(message)));
};

/**
 * kafkajs reads in a group only. This one is alone in a group that nobody has had before, so that it never waits for the
 * session of another, commits nothing, and seeks to its own place when it has joined. The log is asked for by its id. It does
 * not outlive its connections and its membership, as kafkajs would: whatever it finds afterwards may be another log.
 */
export class KafkajsReader implements KafkaReader {
  readonly failed: Promise<never>;
  readonly #fail: (error: unknown) => void;
  readonly #next: Map<number, bigint>;
  readonly #consumer: Consumer;
  readonly #started: Promise<void>;
  #hasJoined = false;

  constructor(
    newKafka: (sockets: ISocketFactory) => Kafka,
    groupId: string,
    private readonly log: { readonly topic: string; readonly logId: string },
    from: ReadonlyMap<number, bigint>,
    private readonly deliver: Deliver,
  ) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    promise.catch(() => undefined);
    this.#fail = (error) => reject(faultOf(error));
    this.#next = new Map(from);
    const sockets = notingReturns((address) => this.#lose(`connected to ${address} again`));
    this.#consumer = newKafka(sockets).consumer({
      groupId,
      rackId: log.logId,
      sessionTimeout: SESSION_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: WAIT_MS,
      allowAutoTopicCreation: false,
      readUncommitted: true,
      retry: { retries: 2, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#started = this.#start().catch(this.#fail);
  }

  /** One that is let go while it joins its group would be left behind in it, connected. */
  async close(): Promise<void> {
    await this.#started;
    await this.#consumer.disconnect();
  }

  async #start(): Promise<void> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, () => this.#join());
    consumer.on(consumer.events.START_BATCH_PROCESS, ({ payload }) => this.#pass(payload));
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#fail(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topics: [this.log.topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.#take(payload) });
  }

  #lose(how: string): void {
    this.#fail(new KafkaClientFault('TRANSIENT', `kafkajs: ${how}`));
  }

  #join(): void {
    if (this.#hasJoined) return this.#lose(`joined the group of ${this.log.topic} again`);
    this.#hasJoined = true;
    for (const [partition, offset] of this.#next)
      this.#consumer.seek({ topic: this.log.topic, partition, offset: `${offset}` });
  }

  #pass({ partition, batchSize, firstOffset, lastOffset }: BatchTold): void {
    if (batchSize > 0) return;
    const marks = marksOf(BigInt(firstOffset), BigInt(lastOffset));
    this.#next.set(partition, BigInt(lastOffset) + 1n);
    this.deliver(partition, marks).catch(this.#fail);
  }

  /** Nothing may escape from here: it would end the consumer without a word. */
  async #take({ batch, ...membership }: EachBatchPayload): Promise<void> {
    const beat = setInterval(() => void membership.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const next = this.#next.get(batch.partition);
      const records = recordsIn(batch).filter(({ offset }) => next === undefined || offset >= next);
      const last = records.at(-1);
      if (last === undefined) return;
      await this.deliver(batch.partition, records);
      this.#next.set(batch.partition, last.offset + 1n);
    } catch (error) {
      this.#fail(error);
    } finally {
      clearInterval(beat);
    }
  }
}
