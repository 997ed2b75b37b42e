import { Hands, Inbox } from '@delta-hub/local-log/testing';
import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import type { Broker, IncomingRecord, OutgoingRecord } from '../broker.js';
import { aRecord, codeOf, contractCase, given, positionsAfter, someRecords, textsOf, TOPIC } from './contract-case.js';

/** Publishes records of one key, one by one. */
const publishSingly = async (broker: Broker, key: string, count: number) => {
  for (const record of someRecords(count, key)) await broker.publish(TOPIC, [record]);
};

/** Half of what a record may be; two fill what a broker on Kafka takes as one batch. */
const aLargeRecord = (number: number): OutgoingRecord => ({
  ...aRecord(),
  value: new Uint8Array(500_000).fill(number),
});

/** Stands for bytes that are too many to be shown. */
const sumOf = ({ value }: { readonly value: Uint8Array }): string => `${value[0]} ${crc32(value)}`;

/** What a consumer is given, and from where on. */
const deliveryCases = [
  contractCase('without a position: every record, then the new ones', async ({ broker, listen }) => {
    await broker.publish(TOPIC, someRecords(3));
    const listener = await listen(broker, []);
    deepStrictEqual(given(await listener.holding(3)), someRecords(3));
    await broker.publish(TOPIC, [aRecord('four'), aRecord('five')]);
    deepStrictEqual(textsOf((await listener.holding(5)).slice(3)), ['four', 'five']);
  }),

  contractCase('from a position: exactly the records after it', async ({ broker, listen }) => {
    await broker.publish(TOPIC, someRecords(5));
    const all = await (await listen(broker, [])).holding(5);
    for (const taken of [1, 3]) {
      const listener = await listen(broker, positionsAfter(all.slice(0, taken)));
      deepStrictEqual(await listener.holding(5 - taken), all.slice(taken));
    }
  }),

  contractCase('a backlog larger than any broker gives at once arrives whole', async ({ broker, listen }) => {
    const records = Array.from({ length: 12 }, (_, index) => aLargeRecord(index));
    await broker.publish(TOPIC, records);
    const received = await (await listen(broker, [])).holding(12);
    deepStrictEqual(received.map(sumOf), records.map(sumOf));
  }),

  contractCase('from the end: only what is new', async ({ broker, listen }) => {
    await broker.publish(TOPIC, someRecords(2));
    const all = await (await listen(broker, [])).holding(2);
    const listener = await listen(broker, positionsAfter(all));
    await broker.publish(TOPIC, [aRecord('new')]);
    deepStrictEqual(textsOf(await listener.holding(1)), ['new']);
  }),

  contractCase('a topic not yet written to is awaited', async ({ broker, connect, listen }) => {
    const listener = await listen(broker, []);
    await (await connect()).publish(TOPIC, someRecords(2));
    deepStrictEqual(given(await listener.holding(2)), someRecords(2));
  }),

  contractCase(
    'what other processes publish arrives, nothing lost or doubled, while it catches up',
    async ({ broker, connect, listen }) => {
      const other = await connect();
      await broker.publish(TOPIC, someRecords(300, 'transfer-0'));
      const publishing = Promise.all([publishSingly(broker, 'transfer-1', 60), publishSingly(other, 'transfer-2', 60)]);
      const listener = await listen(broker, []);
      await publishing;
      await other.publish(TOPIC, [aRecord('last', 'transfer-3')]);
      const received = await listener.holding(421);
      const byKey = Map.groupBy(received, ({ key }) => key);
      for (const [key, count] of [
        ['transfer-0', 300],
        ['transfer-1', 60],
        ['transfer-2', 60],
      ] as const)
        deepStrictEqual(textsOf(byKey.get(key) ?? []), textsOf(someRecords(count, key)));
      strictEqual(received.length, 421);
    },
  ),

  contractCase('resumed from its own positions, nothing is lost or doubled', async ({ broker, connect, listen }) => {
    const keys = ['transfer-1', 'transfer-2', 'transfer-3', 'transfer-4'];
    for (const key of keys) await broker.publish(TOPIC, someRecords(2, key));
    const first = await listen(broker, []);
    const before = await first.holding(8);
    await first.stop();
    for (const key of keys) await broker.publish(TOPIC, [aRecord(`${key} 2`, key)]);
    await broker.close();
    const reopened = await connect();
    const second = await listen(reopened, positionsAfter(before));
    await second.holding(4);
    for (const key of keys) await reopened.publish(TOPIC, [aRecord(`${key} 3`, key)]);
    const received = [...before, ...(await second.holding(8))];
    for (const key of keys)
      deepStrictEqual(given(received.filter((record) => record.key === key)), someRecords(4, key));
  }),

  contractCase('two consumers each get everything, at their own pace', async ({ broker, listen, soon }) => {
    const slow = new Hands<IncomingRecord>();
    const held = await broker.subscribe(TOPIC, [], slow.take);
    const quick = await listen(broker, []);
    await broker.publish(TOPIC, someRecords(3));
    deepStrictEqual(given(await quick.holding(3)), someRecords(3));
    deepStrictEqual(given(await soon(slow.taken.holding(1), 'the first record')), someRecords(3).slice(0, 1));
    slow.letAllGo();
    deepStrictEqual(given(await soon(slow.taken.holding(3), 'the others')), someRecords(3));
    await soon(held.stop(), 'the slow consumer to stop');
  }),
];

/** The handler, and how a subscription ends. */
const handlingCases = [
  contractCase(
    'the next record is handed over when the one before has been handled',
    async ({ broker, listen, soon }) => {
      const hands = new Hands<IncomingRecord>();
      const subscription = await broker.subscribe(TOPIC, [], hands.take);
      await broker.publish(TOPIC, [...someRecords(2, 'transfer-1'), ...someRecords(2, 'transfer-2')]);
      for (let held = 1; held <= 4; held++) {
        await soon(hands.taken.holding(held), `record ${held}`);
        const other = await listen(broker, []);
        await other.holding(4);
        await other.stop();
        strictEqual(hands.taken.items.length, held);
        hands.letGo();
      }
      hands.letAllGo();
      await soon(subscription.stop(), 'the consumer to stop');
    },
  ),

  contractCase('a handler may publish', async ({ broker, soon }) => {
    const answers = new Inbox<IncomingRecord>();
    const subscription = await broker.subscribe(TOPIC, [], async (record) => {
      if (record.key === 'transfer-1') await broker.publish(TOPIC, [aRecord('answer', 'transfer-2')]);
      else await answers.take(record);
    });
    await broker.publish(TOPIC, someRecords(3));
    await soon(answers.holding(3), 'the answers');
    await soon(subscription.stop(), 'the consumer to stop');
  }),

  contractCase(
    'a handler that throws ends its consumer with that very error, and no other',
    async ({ broker, listen, soon }) => {
      const fault = new Error('invented fault');
      const seen: bigint[] = [];
      const failing = await broker.subscribe(TOPIC, [], ({ offset }) => {
        seen.push(offset);
        return offset === 1n ? Promise.reject(fault) : Promise.resolve();
      });
      const ended = rejects(failing.finished, (error) => error === fault);
      const healthy = await listen(broker, []);
      await broker.publish(TOPIC, someRecords(3));
      await soon(ended, 'the consumer to end');
      await broker.publish(TOPIC, someRecords(1));
      await healthy.holding(4);
      deepStrictEqual(seen, [0n, 1n]);
      await soon(failing.stop(), 'stop after the end');
    },
  ),

  contractCase(
    'stop waits for the record in hand, hands over no other, and may be called twice',
    async ({ broker, listen, soon }) => {
      const hands = new Hands<IncomingRecord>();
      await broker.publish(TOPIC, someRecords(3));
      const subscription = await broker.subscribe(TOPIC, [], hands.take);
      await soon(hands.taken.holding(1), 'a record in hand');
      let stopped = false;
      const stops = [subscription.stop(), subscription.stop()].map((stop) => stop.then(() => (stopped = true)));
      await (await listen(broker, [])).holding(3);
      strictEqual(stopped, false);
      hands.letAllGo();
      await soon(Promise.all(stops), 'the consumer to stop');
      await soon(subscription.finished, 'the consumer to have finished');
      await soon(subscription.stop(), 'stop after the end');
      await broker.publish(TOPIC, someRecords(1));
      await (await listen(broker, [])).holding(4);
      strictEqual(hands.taken.items.length, 1);
    },
  ),

  contractCase('stop ends a consumer that waits, for a record or for its topic', async ({ broker, listen, soon }) => {
    const absent = await listen(broker, []);
    await absent.stop();
    await soon(absent.finished, 'the consumer to have finished');
    await broker.publish(TOPIC, someRecords(1));
    const waiting = await listen(broker, []);
    await waiting.holding(1);
    await waiting.stop();
    await soon(waiting.finished, 'the consumer to have finished');
  }),

  contractCase('closing the broker ends its consumers, after the record in hand', async ({ broker, listen, soon }) => {
    const hands = new Hands<IncomingRecord>();
    const waiting = await listen(broker, []);
    await broker.publish(TOPIC, someRecords(2));
    await waiting.holding(2);
    const holding = await broker.subscribe(TOPIC, [], hands.take);
    await soon(hands.taken.holding(1), 'a record in hand');
    const closing = broker.close();
    await soon(waiting.finished, 'the waiting consumer to finish');
    hands.letAllGo();
    await soon(Promise.all([holding.finished, closing]), 'the other to finish');
    strictEqual(hands.taken.items.length, 1);
  }),

  contractCase('a closed broker says so, and may be closed again', async ({ broker }) => {
    await broker.publish(TOPIC, someRecords(1));
    await broker.close();
    await broker.close();
    strictEqual(await codeOf(broker.publish(TOPIC, someRecords(1))), 'UNAVAILABLE');
    strictEqual(await codeOf(broker.lag(TOPIC, [])), 'UNAVAILABLE');
    strictEqual(await codeOf(broker.subscribe(TOPIC, [], () => Promise.resolve())), 'UNAVAILABLE');
  }),
];

export const subscriptionCases = [...deliveryCases, ...handlingCases];
