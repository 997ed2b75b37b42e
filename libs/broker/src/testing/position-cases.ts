import { Hands } from '@delta-hub/local-log/testing';
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Position } from '../broker.js';
import {
  aRecord,
  type Bench,
  codeOf,
  contractCase,
  given,
  positionsAfter,
  someRecords,
  textsOf,
  TOPIC,
} from './contract-case.js';
import type { IncomingRecord } from '../broker.js';

/** Publishes records of one key, which therefore share a partition, and returns them as received. */
const publish = async ({ broker, listen }: Bench, count: number): Promise<readonly IncomingRecord[]> => {
  await broker.publish(TOPIC, someRecords(count));
  const listener = await listen(broker, []);
  const received = await listener.holding(count);
  await listener.stop();
  return received;
};

const subscribe = ({ broker }: Bench, after: readonly Position[]) =>
  broker.subscribe(TOPIC, after, () => Promise.reject(new Error('a record was handed over')));

/** Both ways to meet a position: to go on from it, and to ask how far behind it is. */
const expectRefused = async (bench: Bench, after: readonly Position[], code: string) => {
  strictEqual(await codeOf(bench.soon(subscribe(bench, after), 'the refusal')), code);
  strictEqual(await codeOf(bench.broker.lag(TOPIC, after)), code);
};

/** Positions that do not fit the log: an error, never a silent wait and never a silent skip. */
const misfitCases = [
  contractCase('a position beyond the end of the log is POSITION_BEYOND_END', async (bench) => {
    const [at] = positionsAfter(await publish(bench, 3));
    await expectRefused(bench, [{ ...at!, offset: 3n }], 'POSITION_BEYOND_END');
    await expectRefused(bench, [{ ...at!, offset: 1_000_000n }], 'POSITION_BEYOND_END');
  }),

  contractCase('a position of another log is LOG_REPLACED, wherever it stands', async (bench) => {
    const [at] = positionsAfter(await publish(bench, 3));
    for (const offset of [0n, 2n, 7n])
      await expectRefused(bench, [{ ...at!, offset, logId: 'invented-log' }], 'LOG_REPLACED');
  }),

  contractCase(
    'a position whose record is another one now is LOG_REPLACED, and nothing is handed over',
    async (bench) => {
      const [at] = positionsAfter((await publish(bench, 3)).slice(0, 2));
      const other = subscribe(bench, [{ ...at!, checksum: at!.checksum! ^ 1 }]).then(({ finished }) => finished);
      strictEqual(await codeOf(bench.soon(other, 'the refusal')), 'LOG_REPLACED');
    },
  ),

  contractCase('a position without a checksum is taken at its word', async (bench) => {
    const received = await publish(bench, 3);
    const [{ checksum: _, ...at }] = positionsAfter(received.slice(0, 2)) as readonly [Position];
    deepStrictEqual(await (await bench.listen(bench.broker, [at])).holding(1), received.slice(2));
  }),

  contractCase('a position on a topic that is not there is LOG_REPLACED', async (bench) => {
    await expectRefused(bench, [{ partition: 0, offset: 0n, logId: 'invented-log' }], 'LOG_REPLACED');
  }),

  contractCase(
    'a position of a topic that was created again is LOG_REPLACED, also when the new log is longer',
    async (bench) => {
      const after = positionsAfter(await publish(bench, 2));
      await bench.recreate(TOPIC);
      await expectRefused(bench, after, 'LOG_REPLACED');
      await bench.broker.publish(TOPIC, someRecords(5));
      await expectRefused(bench, after, 'LOG_REPLACED');
      deepStrictEqual(given(await (await bench.listen(bench.broker, [])).holding(5)), someRecords(5));
    },
  ),

  contractCase('a running consumer of a topic that is created again ends with LOG_REPLACED', async (bench) => {
    await bench.broker.publish(TOPIC, someRecords(2));
    const listener = await bench.listen(bench.broker, []);
    await listener.holding(2);
    const ended = codeOf(listener.finished);
    await bench.recreate(TOPIC);
    await bench.broker.publish(TOPIC, someRecords(4));
    strictEqual(await bench.soon(ended, 'the consumer to end'), 'LOG_REPLACED');
    strictEqual((await listener.holding(2)).length, 2);
  }),

  contractCase('a position whose next record was removed is POSITION_LOST', async (bench) => {
    const received = await publish(bench, 5);
    await bench.expire(TOPIC, received[0]!.partition, 3n);
    await expectRefused(bench, positionsAfter(received.slice(0, 1)), 'POSITION_LOST');
    await expectRefused(bench, positionsAfter(received.slice(0, 2)), 'POSITION_LOST');
  }),

  contractCase('a position at the last removed record has lost nothing', async (bench) => {
    const received = await publish(bench, 5);
    await bench.expire(TOPIC, received[0]!.partition, 3n);
    for (const taken of [3, 4]) {
      const listener = await bench.listen(bench.broker, positionsAfter(received.slice(0, taken)));
      deepStrictEqual(await listener.holding(5 - taken), received.slice(taken));
      strictEqual(await bench.broker.lag(TOPIC, positionsAfter(received.slice(0, taken))), BigInt(5 - taken));
    }
  }),

  contractCase(
    'offsets go on after all records were removed, and without a position one starts at what is there',
    async (bench) => {
      const received = await publish(bench, 2);
      await bench.expire(TOPIC, received[0]!.partition, 2n);
      strictEqual(await bench.broker.lag(TOPIC, []), 0n);
      const [resumed, fresh] = [
        await bench.listen(bench.broker, positionsAfter(received)),
        await bench.listen(bench.broker, []),
      ];
      await bench.broker.publish(TOPIC, [aRecord('later')]);
      for (const listener of [resumed, fresh]) {
        const [record] = await listener.holding(1);
        deepStrictEqual([record?.offset, textsOf([record!])], [2n, ['later']]);
      }
    },
  ),

  contractCase('a consumer that records are removed from under is given every record or told', async (bench) => {
    const hands = new Hands<IncomingRecord>();
    await bench.broker.publish(TOPIC, someRecords(600));
    const subscription = await bench.broker.subscribe(TOPIC, [], hands.take);
    const ended = subscription.finished.then(
      () => 'stopped',
      (error: unknown) => (error as { code?: string }).code,
    );
    await bench.soon(hands.taken.holding(1), 'a record in hand');
    await bench.expire(TOPIC, hands.taken.items[0]!.partition, 599n);
    hands.letAllGo();
    const all = hands.taken.holding(600).then(() => 'all');
    const outcome = await bench.soon(Promise.race([all, ended]), 'all records, or the end');
    ok(outcome === 'all' || outcome === 'POSITION_LOST', outcome);
    deepStrictEqual(
      hands.taken.items.map(({ offset }) => offset),
      hands.taken.items.map((_, index) => BigInt(index)),
    );
    await bench.soon(subscription.stop(), 'the subscription to stop');
  }),
];

/** How far behind a consumer is. */
const lagCases = [
  contractCase('a topic not yet written to has no lag', async ({ broker }) => {
    strictEqual(await broker.lag(TOPIC, []), 0n);
  }),

  contractCase('lag is the number of records after the positions', async (bench) => {
    const { broker, connect } = bench;
    const keys = ['transfer-1', 'transfer-2', 'transfer-3', 'transfer-4'];
    for (const key of keys) await broker.publish(TOPIC, someRecords(3, key));
    const received = await (await bench.listen(broker, [])).holding(12);
    const other = await connect();
    strictEqual(await other.lag(TOPIC, []), 12n);
    for (let taken = 1; taken <= 12; taken++) {
      strictEqual(await other.lag(TOPIC, positionsAfter(received.slice(0, taken))), BigInt(12 - taken));
    }
    await broker.publish(TOPIC, someRecords(2));
    strictEqual(await other.lag(TOPIC, positionsAfter(received)), 2n);
  }),
];

export const positionCases = [...misfitCases, ...lagCases];
