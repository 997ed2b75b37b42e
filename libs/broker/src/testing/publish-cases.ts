import { deepStrictEqual, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { OutgoingRecord } from '../broker.js';
import { aRecord, codeOf, contractCase, given, someRecords, textsOf, TOPIC } from './contract-case.js';

const OTHER_TOPIC = 'delta-hub.32.events.v1';
const MOST_BYTES = 1_000_000;

/** Many bytes as one text: their difference can be shown. */
const inHex = (record: OutgoingRecord) => ({ ...record, value: Buffer.from(record.value).toString('hex') });

/** What arrives, and in which order. */
const orderCases = [
  contractCase('key, headers and every byte of the value arrive as given', async ({ broker, listen }) => {
    const records: OutgoingRecord[] = [
      { ...aRecord(), value: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
      { ...aRecord(), value: new Uint8Array(), headers: {} },
      {
        ...aRecord(),
        value: Uint8Array.from([0xc3, 0x28, 0xef, 0xbb, 0xbf, 0x00]),
        headers: { jws: 'e30..c2ln', a: '', b: ' ~"\\' },
      },
      { ...aRecord(), value: new Uint8Array(65_535).fill(0xff) },
    ];
    await broker.publish(TOPIC, records);
    const received = await (await listen(broker, [])).holding(4);
    deepStrictEqual(given(received).map(inHex), records.map(inHex));
    deepStrictEqual([...new Set(received.map(({ topic }) => topic))], [TOPIC]);
  }),

  contractCase(
    'the bytes are those of the moment of the call, and nobody can change them afterwards',
    async ({ broker, listen }) => {
      const record = aRecord('as given');
      const publishing = broker.publish(TOPIC, [record]);
      record.value.fill(0);
      (record.headers as Record<string, string>)['content-type'] = 'changed';
      await publishing;
      (await (await listen(broker, [])).holding(1))[0]?.value.fill(1);
      deepStrictEqual(given(await (await listen(broker, [])).holding(1)), [aRecord('as given')]);
    },
  ),

  contractCase(
    'offsets count from 0 without a hole in each partition, and the log has one name',
    async ({ broker, listen }) => {
      for (const key of ['transfer-1', 'transfer-2', 'transfer-3', 'transfer-4'])
        await broker.publish(TOPIC, someRecords(3, key));
      const received = await (await listen(broker, [])).holding(12);
      for (const records of Map.groupBy(received, ({ partition }) => partition).values()) {
        deepStrictEqual(
          records.map(({ offset }) => offset),
          records.map((_, index) => BigInt(index)),
        );
        strictEqual(new Set(records.map(({ logId }) => logId)).size, 1);
      }
      ok(received.every(({ logId }) => logId !== ''));
    },
  ),

  contractCase(
    'records of one key keep their order, within a call and from call to call',
    async ({ broker, listen }) => {
      const keys = ['transfer-1', 'transfer-2', 'transfer-3', 'transfer-4', 'transfer-5'];
      const rounds = [0, 1, 2, 3].map((round) =>
        keys.flatMap((key) => [aRecord(`${round} a`, key), aRecord(`${round} b`, key)]),
      );
      for (const records of rounds) await broker.publish(TOPIC, records);
      const received = await (await listen(broker, [])).holding(40);
      for (const key of keys) {
        const ofKey = received.filter((record) => record.key === key);
        deepStrictEqual(textsOf(ofKey), ['0 a', '0 b', '1 a', '1 b', '2 a', '2 b', '3 a', '3 b']);
        strictEqual(new Set(ofKey.map(({ partition }) => partition)).size, 1);
      }
    },
  ),

  contractCase(
    'what many publish at once arrives whole, each call in its order',
    async ({ broker, connect, listen }) => {
      const brokers = [broker, await connect()];
      const keys = Array.from({ length: 30 }, (_, index) => `transfer-${index}`);
      await Promise.all(keys.map((key, index) => brokers[index % 2]!.publish(TOPIC, someRecords(4, key))));
      const received = await (await listen(broker, [])).holding(120);
      for (const key of keys)
        deepStrictEqual(textsOf(received.filter((record) => record.key === key)), textsOf(someRecords(4, key)));
    },
  ),

  contractCase('the identical records again are delivered again', async ({ broker, listen }) => {
    const records = someRecords(2);
    await broker.publish(TOPIC, records);
    await broker.publish(TOPIC, records);
    await broker.publish(TOPIC, [aRecord('last')]);
    deepStrictEqual(given(await (await listen(broker, [])).holding(5)), [...records, ...records, aRecord('last')]);
  }),

  contractCase('topics are separate logs', async ({ broker, listen }) => {
    await broker.publish(TOPIC, [aRecord('one')]);
    await broker.publish(OTHER_TOPIC, [aRecord('two')]);
    await broker.publish(TOPIC, [aRecord('three')]);
    const ours = await (await listen(broker, [])).holding(2);
    const others = await (await listen(broker, [], OTHER_TOPIC)).holding(1);
    deepStrictEqual(textsOf(ours), ['one', 'three']);
    deepStrictEqual(textsOf(others), ['two']);
    strictEqual(others[0]?.topic, OTHER_TOPIC);
    notStrictEqual(others[0]?.logId, ours[0]?.logId);
  }),

  contractCase(
    'what was published is there after a new start, and offsets go on',
    async ({ broker, connect, listen }) => {
      await broker.publish(TOPIC, someRecords(2));
      const before = await (await listen(broker, [])).holding(2);
      await broker.close();
      const reopened = await connect();
      await reopened.publish(TOPIC, [aRecord('later')]);
      const after = await (await listen(reopened, [])).holding(3);
      deepStrictEqual(after.slice(0, 2), before);
      deepStrictEqual([after[2]?.offset, after[2]?.logId], [2n, before[0]?.logId]);
    },
  ),

  contractCase('to publish no record is to publish nothing', async ({ broker, listen }) => {
    await broker.publish(TOPIC, []);
    const listener = await listen(broker, []);
    await broker.publish(TOPIC, someRecords(1));
    await broker.publish(TOPIC, []);
    await broker.publish(TOPIC, [aRecord('last')]);
    deepStrictEqual(given(await listener.holding(2)), [...someRecords(1), aRecord('last')]);
  }),
];

interface Malformed {
  readonly what: string;
  readonly topic?: string;
  readonly record?: OutgoingRecord;
}

const malformed: readonly Malformed[] = [
  { what: 'a topic without a name', topic: '' },
  { what: 'a topic with a slash', topic: 'delta-hub/31' },
  { what: 'a topic of 250 characters', topic: 'x'.repeat(250) },
  { what: 'an empty key', record: aRecord('x', '') },
  { what: 'a key that is not ASCII', record: aRecord('x', 'transfer-变更') },
  { what: 'a header value that is not ASCII', record: { ...aRecord(), headers: { jws: '签' } } },
  { what: 'a header value with a line break', record: { ...aRecord(), headers: { jws: 'a\nb' } } },
  { what: 'a header name that is not ASCII', record: { ...aRecord(), headers: { 签: 'jws' } } },
  { what: 'a header without a name', record: { ...aRecord(), headers: { '': 'jws' } } },
  { what: 'a value too large', record: { ...aRecord(), value: new Uint8Array(MOST_BYTES) } },
  { what: 'headers too large', record: { ...aRecord(), headers: { jws: 'x'.repeat(MOST_BYTES) } } },
];

/** What is refused before it can be published. */
const refusalCases = [
  ...malformed.map(({ what, topic = TOPIC, record = aRecord() }) =>
    contractCase(`${what} is refused, and nothing of its call published`, async ({ broker, listen }) => {
      strictEqual(await codeOf(broker.publish(topic, [aRecord('good'), record])), 'INVALID_RECORD');
      await broker.publish(TOPIC, [aRecord('last')]);
      deepStrictEqual(textsOf(await (await listen(broker, [])).holding(1)), ['last']);
    }),
  ),

  contractCase('a record of one million bytes is taken', async ({ broker, listen }) => {
    const value = new Uint8Array(MOST_BYTES - 'transfer-1'.length - 'jws'.length - 'x'.length);
    await broker.publish(TOPIC, [{ ...aRecord(), value, headers: { jws: 'x' } }]);
    strictEqual((await (await listen(broker, [])).holding(1))[0]?.value.byteLength, value.byteLength);
  }),
];

export const publishCases = [...orderCases, ...refusalCases];
