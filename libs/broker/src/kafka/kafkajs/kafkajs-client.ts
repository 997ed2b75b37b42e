import kafkajs, { type Admin, type ISocketFactory, type Kafka, type Producer } from 'kafkajs';
import type { OutgoingRecord } from '../../broker.js';
import type { PartitionBounds } from '../../positions.js';
import { type Deliver, type KafkaClient, KafkaClientFault, type KafkaReader } from '../kafka-client.js';
import type { KafkaOptions } from '../kafka-options.js';
import { shuffled } from '../shuffled.js';
import { faultOf } from './faults.js';
import { teachFetchById } from './fetch-by-id.js';
import { teachLogEnds } from './log-ends.js';
import { KafkajsReader } from './kafkajs-reader.js';
import { withoutDelay } from './sockets.js';
import { type IdentifiedPartition, teachTopicIds } from './topic-ids.js';

/** kafkajs' own timers, in milliseconds. Its own retries are off: they send anew what we may have given up. */
const connection = { connectionTimeout: 3_000, authenticationTimeout: 5_000, requestTimeout: 5_000 };
const noRetry = { retries: 0 };

/** How long the broker may take to have a batch on every in-sync replica. */
const ACKNOWLEDGED_WITHIN = 5_000;

const kafkaOf = ({ brokers, clientId, tls, login }: KafkaOptions, sockets = withoutDelay): Kafka =>
  new kafkajs.Kafka({
    clientId,
    brokers: () => shuffled(brokers),
    ...connection,
    retry: noRetry,
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory: sockets,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(login === undefined ? {} : { sasl: saslOf(login) }),
  });

const saslOf = ({ mechanism, username, password }: NonNullable<KafkaOptions['login']>) => {
  if (mechanism === 'PLAIN') return { mechanism: 'plain' as const, username, password };
  if (mechanism === 'SCRAM-SHA-256') return { mechanism: 'scram-sha-256' as const, username, password };
  return { mechanism: 'scram-sha-512' as const, username, password };
};

const letGo = (client: Promise<{ disconnect(): Promise<void> }>): void =>
  void client.then((old) => old.disconnect()).catch(() => undefined);

/**
 * kafkajs, without its idempotent producer: that one acknowledges records that are never stored once an answer was lost.
 * A connection that failed is given up: kafkajs does not find back on a half-open one.
 */
export class KafkajsClient implements KafkaClient {
  readonly #kafka: Kafka;
  #producer: Promise<Producer> | undefined;
  #admin: { readonly client: Promise<Admin>; open: number } | undefined;
  /** The last offset acknowledged in each partition: one that does not rise stands for a record that was swallowed. */
  readonly #reached = new Map<string, bigint>();
  #isClosed = false;

  constructor(private readonly options: KafkaOptions) {
    teachTopicIds();
    teachFetchById();
    teachLogEnds();
    this.#kafka = kafkaOf(options);
  }

  async partitionCount(topic: string): Promise<number> {
    return (await this.#partitions(topic)).length;
  }

  async bounds(topic: string): Promise<readonly PartitionBounds[]> {
    const [first] = await this.#partitions(topic);
    if (first === undefined) return [];
    const offsets = await this.#ask((admin) => admin.fetchTopicOffsets(topic));
    const [after] = await this.#partitions(topic);
    if (after?.topicId !== first.topicId)
      throw new KafkaClientFault('TRANSIENT', `${topic}: was created anew just now`);
    return offsets.map(({ partition, low, high }) => ({
      partition,
      logId: first.topicId,
      start: BigInt(low),
      end: BigInt(high),
    }));
  }

  async send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(({ key, value, headers }) => ({
      partition,
      key,
      value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      headers,
    }));
    this.#assertOpen();
    this.#producer ??= this.#newProducer();
    const sending = this.#producer;
    try {
      const answer = await (await sending).send({ topic, acks: -1, timeout: ACKNOWLEDGED_WITHIN, messages });
      this.#check(
        `${topic}[${partition}]`,
        answer.find((one) => one.topicName === topic && one.partition === partition),
      );
    } catch (error) {
      throw faultOf(error);
    } finally {
      if (this.#producer !== sending) letGo(sending);
    }
  }

  async resetSender(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#reached.clear();
    if (producer !== undefined) letGo(producer);
  }

  read(topic: string, from: ReadonlyMap<number, bigint>, logId: string, deliver: Deliver): KafkaReader {
    const newKafka = (sockets: ISocketFactory): Kafka => kafkaOf(this.options, sockets);
    const groupId = `${this.options.clientId}.${crypto.randomUUID()}`;
    return new KafkajsReader(newKafka, groupId, { topic, logId }, from, deliver);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closing = [this.#producer, this.#admin?.client].map(async (one) => (await one)?.disconnect());
    this.#producer = this.#admin = undefined;
    await Promise.allSettled(closing);
  }

  async #newProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      retry: noRetry,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    return producer;
  }

  async #partitions(topic: string): Promise<readonly IdentifiedPartition[]> {
    try {
      const { topics } = await this.#ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
      return (topics[0]?.partitions ?? []) as unknown as readonly IdentifiedPartition[];
    } catch (error) {
      const { type } = ((error as Error).cause ?? {}) as { readonly type?: unknown };
      if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
      throw error;
    }
  }

  /** One connection for all questions; after a fault the next question gets another, and the old one goes with its last. */
  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    this.#assertOpen();
    this.#admin ??= { client: this.#newAdmin(), open: 0 };
    const asked = this.#admin;
    asked.open++;
    try {
      return await question(await asked.client);
    } catch (error) {
      if (this.#admin === asked) this.#admin = undefined;
      throw faultOf(error);
    } finally {
      asked.open--;
      // Disconnected earlier, it would connect again by itself.
      if (this.#admin !== asked && asked.open === 0) letGo(asked.client);
    }
  }

  async #newAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin({ retry: noRetry });
    await admin.connect();
    return admin;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new KafkaClientFault('TRANSIENT', 'kafkajs: closed');
  }

  /** A send to a partition that is not there is answered with nothing at all. */
  #check(place: string, answer: { readonly errorCode: number; readonly baseOffset?: string } | undefined): void {
    if (answer?.errorCode !== 0 || answer.baseOffset === undefined)
      throw new KafkaClientFault('MISPLACED', `${place}: nothing was acknowledged`);
    const offset = BigInt(answer.baseOffset);
    if (offset < 0n || offset <= (this.#reached.get(place) ?? -1n))
      throw new KafkaClientFault('TRANSIENT', `${place}: offset ${offset} was acknowledged before`);
    this.#reached.set(place, offset);
  }
}
