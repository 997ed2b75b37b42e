import { v7 as uuidv7 } from 'uuid';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IncomingRecord, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { digest } from '@delta-hub/crypto';
import { InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createDeadLetters, deadLettersTopic } from './dead-letters.js';
import { Positions } from './positions.js';
import { Refuser } from './refuser.js';
import { readEvent } from './signed-events.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, CASE, signed, signerOf } from './testing/sample-records.js';

const NOW = '2025-03-19T02:00:00.000Z';
const TOPIC = 'delta-hub.32.events.v1';

let dir: string;
let events: InMemoryEvents;
let topics: InMemoryTopics;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-dead-'));
  events = new InMemoryEvents();
  topics = new InMemoryTopics();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refused = (offset: bigint, value: Uint8Array, jws = 'header..signature'): IncomingRecord => ({
  ...{ topic: TOPIC, partition: 1, offset, logId: 'log', key: CASE, value },
  headers: { 'content-type': 'application/cloudevents+json', jws },
});

/** Everything that is on a topic. */
const recordsOn = async (topic: string, broker: InMemoryBroker): Promise<readonly IncomingRecord[]> => {
  const found: IncomingRecord[] = [];
  const count = Number(await broker.lag(topic, []));
  await new Promise<void>((resolve, reject) => {
    const take = (record: IncomingRecord): Promise<void> => {
      if (found.push(record) === count) resolve();
      return Promise.resolve();
    };
    broker.subscribe(topic, [], take).catch(reject);
  });
  return found;
};

/** Node 31 refuses the records, then lets its dead letters go out. */
const lettersFor = async (records: readonly IncomingRecord[], others: readonly Parameters<typeof signed>[0][] = []) => {
  const store = new InMemoryEventStore(events);
  const keeper = { node: '31', signer: signerOf('31'), clock: { now: () => NOW }, newId: () => uuidv7() };
  const refuser = new Refuser(store, keeper);
  if (others.length > 0)
    await store.append(
      CASE,
      'no-stream',
      others.map((act) => signed(act, '32')),
    );
  for (const record of records)
    await refuser.refuse(record, { verdict: 'refuse', check: 'SIGNATURE', detail: 'invented' });
  const broker = new InMemoryBroker(topics);
  const positions = new Positions(join(dir, 'positions.db'));
  const feed = new StoreFeed(store);
  const letters = createDeadLetters({ node: '31', feed, broker, positions });
  feed.start();
  letters.start();
  await letters.waitFor((await store.head())!);
  await letters.stop();
  await feed.stop();
  positions.close();
  const found = await recordsOn(deadLettersTopic('31'), broker);
  await broker.close();
  return { found, refusals: (await store.readAll(undefined, 100)).map(readEvent) };
};

it('a record that was refused goes out as it came, with where from, why, and the fact that says so', async () => {
  const value = Buffer.from('{"not":"ours"}');
  const { found, refusals } = await lettersFor([refused(7n, value)], [ACTS.applied]);
  expect(found.map((record) => [record.key, Buffer.from(record.value).toString()])).toEqual([
    [TOPIC, '{"not":"ours"}'],
  ]);
  expect(found[0]?.headers).toEqual({
    'dlq-topic': TOPIC,
    'dlq-partition': '1',
    'dlq-offset': '7',
    'dlq-check': 'SIGNATURE',
    'dlq-class': 'permanent',
    'dlq-first-seen': NOW,
    'dlq-digest': digest(value),
    'dlq-size': '14',
    'dlq-refusal': refusals.at(-1)!.id,
    jws: 'header..signature',
  });
});

it('one that was too large to keep is told by its digest, and each goes out once', async () => {
  const large = new Uint8Array(40_000);
  await lettersFor([refused(0n, large)]);
  const { found } = await lettersFor([refused(1n, Buffer.from('x'), 'not\u0001printable')]);
  expect(found.map(({ value, headers }) => [value.byteLength, headers['dlq-digest'], headers['jws']])).toEqual([
    [0, digest(large), 'header..signature'],
    [1, digest(Buffer.from('x')), undefined],
  ]);
});
