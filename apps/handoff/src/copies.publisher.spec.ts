import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { AFTER_ALL, openDetached, ruleAt } from '@delta-hub/crypto';
import { InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { copiesTopic, createCopiesPublisher } from './copies.publisher.js';
import { Positions } from './positions.js';
import { type Act, jwsOf } from './signed-events.js';
import { StoreFeed } from './store-feed.js';
import { ACTS, CASE, keys, signed } from './testing/sample-records.js';

const actor = ACTS.decided.actor;
const occurredAt = '2025-03-19T02:00:00.000Z';
const documents: readonly never[] = [];
const copy = (office: string, recipient: string): Act => ({
  ...{ type: 'transfer.copy-sent', occurredAt, actor },
  data: { of: 'transfer.decided', office, recipient, documents },
});
const correction = (fact: string): Act => ({
  ...{ type: 'transfer.fact-corrected', occurredAt, actor },
  data: { fact, kind: 'wrong-content', documents },
});

let dir: string;
let topics: InMemoryTopics;
let events: InMemoryEvents;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-copies-'));
  topics = new InMemoryTopics();
  events = new InMemoryEvents();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const store = async (acts: readonly Act[]) => {
  const toAppend = acts.map((act) => signed(act, '32'));
  await new InMemoryEventStore(events).append(CASE, 'no-stream', toAppend);
  return toAppend;
};

/** Lets a node publish all it has, and gives the records of its topic by key and the fact they carry. */
const published = async (node: '31' | '32', positionsFile: string = node) => {
  const broker = new InMemoryBroker(topics);
  const positions = new Positions(join(dir, positionsFile));
  const eventStore = new InMemoryEventStore(events);
  const feed = new StoreFeed(eventStore);
  const publisher = createCopiesPublisher({ node, feed, broker, positions });
  feed.start();
  publisher.start();
  await publisher.waitFor((await eventStore.head())!);
  await publisher.stop();
  await feed.stop();
  const found: { key: string; jws: string }[] = [];
  const topic = copiesTopic(node);
  const rule = ruleAt(await keys(), AFTER_ALL);
  const count = await broker.lag(topic, []);
  if (count > 0n)
    await new Promise<void>((resolve, reject) => {
      void broker
        .subscribe(topic, [], (record) => {
          const opened = openDetached(record.value, record.headers['jws'], rule);
          found.push({ key: record.key, jws: opened.ok ? opened.jws : opened.detail });
          if (BigInt(found.length) === count) resolve();
          return Promise.resolve();
        })
        .catch(reject);
    });
  positions.close();
  await broker.close();
  return found;
};

it('each recipient of the province gets its copies and the corrections of them, as the signed facts themselves', async () => {
  const stored = await store([
    ...[ACTS.applied, ACTS.decided, copy('origin-police', 'police-320509')],
    ...[copy('deciding-authority', 'court-310118'), correction('transfer.decided'), correction('transfer.applied')],
  ]);
  const [, , toPolice, toCourt, corrected] = stored.map(jwsOf);
  expect(await published('32')).toEqual([
    { key: 'police-320509', jws: toPolice },
    { key: 'police-320509', jws: corrected },
  ]);
  expect(await published('31')).toEqual([
    { key: 'court-310118', jws: toCourt },
    { key: 'court-310118', jws: corrected },
  ]);
});

it('a copy that is sent after the correction is not followed by it', async () => {
  await store([ACTS.applied, ACTS.decided, correction('transfer.decided'), copy('origin-police', 'police-320509')]);
  expect((await published('32')).map(({ key }) => key)).toEqual(['police-320509']);
});

it('goes on where it was, and says everything again when that is lost', async () => {
  await store([ACTS.applied, ACTS.decided, copy('origin-police', 'police-320509')]);
  expect(await published('32')).toHaveLength(1);
  expect(await published('32')).toHaveLength(1);
  expect(await published('32', 'lost')).toHaveLength(2);
});
