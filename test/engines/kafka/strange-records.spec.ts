import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type IncomingRecord, positionAt } from '@delta-hub/broker';
import { Hands, Inbox, within } from '@delta-hub/local-log/testing';
import { Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';
import { KafkaBroker } from '../../../libs/broker/src/kafka/kafka-broker.js';
import type { FetchedRecord } from '../../../libs/broker/src/kafka/kafka-client.js';
import { KafkajsClient } from '../../../libs/broker/src/kafka/kafkajs/kafkajs-client.js';
import { PlatformaticClient } from '../../../libs/broker/src/kafka/platformatic/platformatic-client.js';
import { clients } from './clients.js';
import { givenBrokers, TestTopics } from './test-topics.js';
import { codeOf, numbered, upTo } from './traffic.js';

const { Kafka, logLevel } = kafkajs;
const TOPIC = 'delta-hub.33.events.v1';
const STALLED_MS = 2_000;
const SOON_MS = 60_000;
/** One by each of: a try before the client knows of the new topic, one after, and one of ours. */
const MOST_COPIES = 3;
const brokers = givenBrokers();
const options = { brokers, clientId: 'delta-hub.33' };

let topics: TestTopics;
beforeEach(async () => {
  topics = new TestTopics(brokers);
  await topics.create(TOPIC, 3);
});
afterEach(async () => {
  await topics.delete(TOPIC);
  await topics.close();
});

/** Somebody who writes in transactions. */
const transactional = async () => {
  const foreign = new Kafka({ clientId: 'foreign', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = foreign.producer({ transactionalId: `t-${crypto.randomUUID()}`, maxInFlightRequests: 1 });
  await producer.connect();
  const begin = async (value: string) => {
    const transaction = await producer.transaction();
    await transaction.send({ topic: TOPIC, messages: [{ partition: 0, value }] });
    return transaction;
  };
  return { begin, close: () => producer.disconnect() };
};

const numbersOf = (records: readonly { readonly value: Uint8Array | null }[]): readonly number[] =>
  records.map(({ value }) => Number(Buffer.from(value ?? [])));

describe.each([
  ['kafkajs', () => new KafkajsClient(options)],
  ['platformatic', () => new PlatformaticClient(options)],
])('%s', (_, newClient) => {
  it('a send to a partition that is not there fails', async () => {
    const client = newClient();
    await client.send(TOPIC, 2, [numbered(0)]);
    await expect(client.send(TOPIC, 3, [numbered(1)])).rejects.toThrow('nothing was acknowledged');
    await client.close();
  });

  it('a record larger than the broker takes is refused for good', async () => {
    const client = newClient();
    const record = { ...numbered(0), value: new Uint8Array(1_100_000) };
    await expect(client.send(TOPIC, 0, [record])).rejects.toMatchObject({ kind: 'TOO_LARGE' });
    await client.close();
  });

  it('a transaction that somebody leaves open holds nobody up, be it committed or aborted in the end', async () => {
    const client = newClient();
    const looks = new Inbox<string>();
    const bounds = client.bounds.bind(client);
    client.bounds = (topic) => looks.take(topic).then(() => bounds(topic));
    const broker = new KafkaBroker(client, { times: { lookEvery: 50 } });
    const inbox = new Inbox<IncomingRecord>();
    const { finished } = await broker.subscribe(TOPIC, [], inbox.take);
    const following = <T>(what: Promise<T>): Promise<T | void> => Promise.race([what, finished]);
    const foreign = await transactional();
    for (const [first, end] of [[0, 'commit'] as const, [2, 'abort'] as const]) {
      const transaction = await foreign.begin(`${first}`);
      await client.send(TOPIC, 0, [numbered(first + 1)]);
      await following(inbox.holding(first + 2));
      await following(looks.holding(looks.items.length + 4));
      expect(await broker.lag(TOPIC, [positionAt(inbox.items.at(-1)!)])).toBe(0n);
      await transaction[end]();
    }
    await client.send(TOPIC, 0, [numbered(4)]);
    await following(inbox.holding(5));
    await following(looks.holding(looks.items.length + 4));
    expect(numbersOf(inbox.items)).toEqual(upTo(5));
    await Promise.all([broker.close(), foreign.close()]);
  });

  it.each([
    ['before', 0n],
    ['behind', 4n],
  ])('a reader whose place is %s its log ends, and is not given what is elsewhere', async (_where, from) => {
    const client = newClient();
    await client.send(TOPIC, 0, [0, 1, 2].map(numbered));
    await topics.expire(TOPIC, 0, 1n);
    const { logId } = (await client.bounds(TOPIC))[0]!;
    const given: FetchedRecord[] = [];
    const reader = client.read(TOPIC, new Map([[0, from]]), logId, (_partition, records) => {
      given.push(...records);
      return Promise.resolve();
    });
    await expect(within(reader.failed, 'the end', SOON_MS)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    expect(given).toEqual([]);
    await reader.close();
    await client.close();
  });
});

describe.each(clients)('$name', ({ open }) => {
  it('what no node of the hub would write arrives as it is, and does not stop the consumer', async () => {
    const foreign = new Producer({ clientId: 'foreign', bootstrapBrokers: [...brokers], acks: -1 });
    const twice = new Map([
      [Buffer.from('jws'), Buffer.from('one')],
      [Buffer.from('jws'), Buffer.from([0xff, 0x0a])],
    ]);
    const value = Buffer.from('x');
    await foreign.send({ messages: [{ topic: TOPIC, partition: 1, value }] });
    await foreign.send({ messages: [{ topic: TOPIC, partition: 1, key: Buffer.from('变更'), value, headers: twice }] });
    await foreign.send({ messages: [{ topic: TOPIC, partition: 1, key: Buffer.from('k') }] });
    await foreign.send({ messages: [{ topic: TOPIC, partition: 1, key: Buffer.from('last'), value }] });
    await foreign.close();
    const inbox = new Inbox<IncomingRecord>();
    const broker = open(options);
    await broker.subscribe(TOPIC, [], inbox.take);
    const received = await inbox.holding(4);
    expect(received.map(({ key, value: { byteLength } }) => [key, byteLength])).toEqual([
      ['', 1],
      [Buffer.from('变更').toString('latin1'), 1],
      ['k', 0],
      ['last', 1],
    ]);
    expect(received[1]?.headers).toEqual({ jws: '\u00ff\n' });
    await broker.close();
  });

  it('what somebody wrote in transactions is read, and the marks of their ends are passed over', async () => {
    const foreign = await transactional();
    const write = async (value: string): Promise<void> => (await foreign.begin(value)).commit();
    const inbox = new Inbox<IncomingRecord>();
    const rebuilt: unknown[] = [];
    const times = { lookEvery: 50, stalledAfter: STALLED_MS };
    const broker = open({ ...options, times, onRebuild: ({ reason }) => rebuilt.push(reason) });
    await write('0');
    await write('1');
    await broker.subscribe(TOPIC, [], inbox.take);
    await inbox.holding(2);
    await write('2');
    await inbox.holding(3);
    await pause(2 * STALLED_MS); // Nothing but a mark lies behind: it is no reason to begin anew.
    await write('3');
    expect([numbersOf(await inbox.holding(4)), rebuilt]).toEqual([upTo(4), []]);
    await Promise.all([broker.close(), foreign.close()]);
  });

  it('a partition that is added under a consumer that is never idle is read too', async () => {
    const inbox = new Inbox<IncomingRecord>();
    const broker = open({ ...options, times: { lookEvery: 50 } });
    await broker.subscribe(TOPIC, [], inbox.take);
    let isOver = false;
    const traffic = async (): Promise<void> => {
      for (let number = 0; !isOver; number++) await broker.publish(TOPIC, [numbered(number)]);
    };
    const going = traffic();
    await inbox.holding(1);
    await topics.grow(TOPIC, 4);
    const foreign = new Producer({ clientId: 'foreign', bootstrapBrokers: [...brokers], acks: -1, retries: 10 });
    await foreign.send({ messages: [{ topic: TOPIC, partition: 3, value: Buffer.from('added') }] });
    const isThere = (): boolean => inbox.items.some(({ partition }) => partition === 3);
    while (!isThere()) await inbox.holding(inbox.items.length + 1);
    isOver = true;
    await going;
    await Promise.all([foreign.close(), broker.close()]);
  });

  it('a topic that is created again, and grows longer, between two fetches is not read from', async () => {
    const hands = new Hands<IncomingRecord>();
    const broker = open({ ...options, times: { lookEvery: 60_000 } }); // Nobody but the reader is to notice.
    const other = open(options);
    await broker.publish(TOPIC, [numbered(0)]);
    const { finished } = await broker.subscribe(TOPIC, [], hands.take);
    await hands.taken.holding(1);
    await topics.recreate(TOPIC, 3);
    await other.publish(TOPIC, [1, 2, 3, 4].map(numbered));
    hands.letAllGo();
    expect(await codeOf(within(finished, 'the end', SOON_MS))).toBe('LOG_REPLACED');
    expect(numbersOf(hands.taken.items)).toEqual([0]);
    await Promise.all([broker.close(), other.close()]);
  });

  it('a topic made again with fewer partitions: the next records lie in those that are there, and not often', async () => {
    const keys = ['transfer-1', 'transfer-2', 'transfer-3', 'transfer-4', 'transfer-5'];
    const records = keys.map((key) => ({ ...numbered(0), key }));
    const broker = open({ ...options, times: { publishWithin: 3_000 } });
    await broker.publish(TOPIC, records);
    await topics.recreate(TOPIC, 1);
    while ((await codeOf(broker.publish(TOPIC, records))) !== 'no error');
    const inbox = new Inbox<IncomingRecord>();
    await broker.subscribe(TOPIC, [], inbox.take);
    await inbox.holding(Number(await broker.lag(TOPIC, [])));
    const perKey = Map.groupBy(inbox.items, ({ key }) => key);
    expect([...perKey.keys()].toSorted()).toEqual(keys);
    expect(Math.max(...[...perKey.values()].map(({ length }) => length))).toBeLessThanOrEqual(MOST_COPIES);
    await broker.close();
  });
});

it('a node goes on where it was also when it is configured for the other client', async () => {
  const inbox = new Inbox<IncomingRecord>();
  for (let number = 0; number < 4; number++) {
    const broker = clients[number % 2]!.open(options);
    await broker.publish(TOPIC, [numbered(number)]);
    const after = inbox.items.slice(-1).map(positionAt);
    await broker.subscribe(TOPIC, after, inbox.take);
    await inbox.holding(number + 1);
    await broker.close();
  }
  expect(numbersOf(inbox.items)).toEqual(upTo(4));
});
