/** Bytes as the Kafka protocol guide has them (Fetch API, version 13; RecordBatch), written down field by field. */
import { describe, expect, it } from '@jest/globals';
import { fetchRequest } from './fetch-by-id.js';

const TOPIC = 'delta-hub.31.events.v1';
const LOG_ID = '00112233-4455-6677-8899-aabbccddeeff';
const ID = '00112233445566778899aabbccddeeff';

interface Fetched {
  readonly request: { readonly apiVersion: number; encode(): Promise<{ readonly buffer: Buffer }> };
  readonly response: { decode(answer: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> };
  readonly requestTimeout: number;
}

/** What kafkajs sends for a consumer that reads two partitions of the topic. */
const fetching = (rackId: string): Fetched => {
  const place = (partition: number, fetchOffset: string) => ({ partition, fetchOffset, maxBytes: 0x100000 });
  const topics = [{ topic: TOPIC, partitions: [place(2, '7'), place(0, '4294967296')] }];
  const limits = { isolationLevel: 0, maxWaitTime: 500, minBytes: 1, maxBytes: 0xa00000 };
  return fetchRequest({ ...limits, topics, rackId }) as Fetched;
};

const bytes = (...fields: readonly string[]): Buffer => Buffer.from(fields.join('').replaceAll(' ', ''), 'hex');

const parsed = async (...fields: readonly string[]): Promise<unknown> => {
  const { response } = fetching(LOG_ID);
  return response.parse(await response.decode(bytes(...fields)));
};

/** Of an answer: no tags in the header, 5 ms to wait, the fault of all, no session. */
const head = (fault = '0000'): string => `00 00000005 ${fault} 00000000`;
/** One topic by its id, with so many partitions. */
const topic = (partitions: number): string => `02 ${ID} 0${partitions + 1}`;
/** A partition's number, its fault, high watermark 9, last stable offset 9, log start 1. */
const partition = (number: number, fault = '0000'): string =>
  `0000000${number} ${fault} 0000000000000009 0000000000000009 0000000000000001`;
const NO_ABORTED = '00';
const NO_REPLICA = 'ffffffff';
const NO_RECORDS = '01';
const NO_TAGS = '00';
const empty = [NO_ABORTED, NO_REPLICA, NO_RECORDS, NO_TAGS];
const END = `${NO_TAGS} ${NO_TAGS}`;

/** 77 bytes: one record at offset 7, key `k`, value `v1`, header `jws: x`, with its CRC-32C. */
const BATCH =
  '0000000000000007 00000041 ffffffff 02 2204d2a6 0000 00000000 0000000000000000 0000000000000000' +
  'ffffffffffffffff ffff ffffffff 00000001 1e 00 00 00 02 6b 04 7631 02 06 6a7773 02 78';

describe('a fetch by the id of a topic', () => {
  it('asks for the id, without a name, a session or a rack', async () => {
    const { request, requestTimeout } = fetching(LOG_ID);
    expect([request.apiVersion, requestTimeout > 500]).toEqual([13, true]);
    const asked = bytes(
      NO_TAGS,
      'ffffffff 000001f4 00000001 00a00000 00 00000000 ffffffff', // replica, wait, bytes, isolation, session, epoch
      topic(2),
      `00000002 ffffffff 0000000000000007 ffffffff ffffffffffffffff 00100000 ${NO_TAGS}`,
      `00000000 ffffffff 0000000100000000 ffffffff ffffffffffffffff 00100000 ${NO_TAGS}`,
      NO_TAGS,
      '01 01', // nothing forgotten, no rack
      NO_TAGS,
    );
    expect((await request.encode()).buffer.toString('hex')).toBe(asked.toString('hex'));
  });

  it('takes records out of the answer, and passes over tags it does not know', async () => {
    const tags = '02 00 03 aabbcc 01 01 dd';
    const aborted = `02 0000000000000003 0000000000000004 ${NO_TAGS}`;
    const full = [partition(2), aborted, '00000001', '4e', BATCH, tags];
    const answer = await parsed(head(), topic(2), ...full, partition(0), ...empty, END);
    const offsets = { highWatermark: '9', lastStableOffset: '9', lastStartOffset: '1' };
    const message = expect.objectContaining({
      offset: '7',
      key: Buffer.from('k'),
      value: Buffer.from('v1'),
      headers: { jws: Buffer.from('x') },
      isControlRecord: false,
    }) as unknown;
    expect(answer).toEqual({
      throttleTime: 0,
      clientSideThrottleTime: 5,
      errorCode: 0,
      sessionId: 0,
      responses: [
        {
          topicName: TOPIC,
          partitions: [
            {
              ...{ partition: 2, errorCode: 0, ...offsets, preferredReadReplica: 1 },
              abortedTransactions: [{ producerId: '3', firstOffset: '4' }],
              messages: [message],
            },
            {
              ...{ partition: 0, errorCode: 0, ...offsets, preferredReadReplica: -1 },
              abortedTransactions: [],
              messages: [],
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['in its records', 76],
    ['in its head', 55],
    ['in front of what tells its length', 8],
  ])('a second batch that is cut off %s is left for the next fetch', async (_where, kept) => {
    const second = BATCH.replaceAll(' ', '')
      .replace(/^.{16}/, '0000000000000008')
      .slice(0, 2 * kept);
    const length = 77 + kept + 1;
    const prefix = Buffer.from(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]).toString('hex');
    const records = `${prefix} ${BATCH} ${second}`;
    const answer = await parsed(head(), topic(1), partition(0), NO_ABORTED, NO_REPLICA, records, NO_TAGS, END);
    const messages = [expect.objectContaining({ offset: '7' })];
    expect(answer).toMatchObject({ responses: [{ partitions: [{ messages }] }] });
  });

  it.each(['0064', '0067'])(
    'fault %s says that the topic is another one now, and is not tried again',
    async (fault) => {
      const answer = parsed(head(), topic(1), partition(0, fault), NO_ABORTED, NO_REPLICA, '00', NO_TAGS, END);
      const message = `${TOPIC}: ${LOG_ID} is not its log any more`;
      await expect(answer).rejects.toMatchObject({ message, retriable: false });
    },
  );

  it('a place that is not in the log is not tried again: kafkajs would go elsewhere by itself', async () => {
    const answer = parsed(head(), topic(2), partition(0), ...empty, partition(2, '0001'), ...empty, END);
    const message = `${TOPIC}[2]: its log has no such place`;
    await expect(answer).rejects.toMatchObject({ message, retriable: false });
  });

  it('other faults have the names that kafkajs gives them, be they of a partition or of all', async () => {
    const moved = parsed(head(), topic(1), partition(0, '0006'), ...empty, END);
    await expect(moved).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION', retriable: true });
    await expect(parsed(head('ffff'), '01', NO_TAGS)).rejects.toMatchObject({ type: 'UNKNOWN' });
  });

  it('is not for consumers that name no id', () => {
    expect(fetching('').request.apiVersion).toBe(11);
  });
});
