import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Child, Inbox, temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import type { Broker, IncomingRecord } from '../broker.js';
import { TOPIC } from '../testing/contract-case.js';
import { openSqliteBroker } from './sqlite-broker.js';

const PUBLISHER = new URL('./testing/publisher.ts', import.meta.url);
const OPENER = new URL('./testing/opener.ts', import.meta.url);
const TOPICS = ['31', '32', '33', '34'].map((node) => `delta-hub.${node}.events.v1`);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let children: Child[];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'broker.db');
  children = [];
});
afterEach(async () => {
  // One that is still there belongs to a test that has failed, and would fill the disk.
  for (const child of children) await child.kill();
  await directory.dispose();
});

const start = (script: URL, ...args: readonly string[]): Child => {
  const child = new Child(script, ...args);
  children.push(child);
  return child;
};

const textOf = ({ value }: IncomingRecord) => Buffer.from(value).toString('ascii').trimEnd();

const acknowledged = (lines: readonly string[]) => lines.flatMap((line) => line.split(' '));

const received = async (broker: Broker, topic: string): Promise<readonly IncomingRecord[]> => {
  const inbox = new Inbox<IncomingRecord>();
  const subscription = await broker.subscribe(topic, [], inbox.take);
  const records = await inbox.holding(Number(await broker.lag(topic, [])));
  await subscription.stop();
  return records;
};

/** Fails unless the records lie one behind the other, and every call is there whole, in its order. */
const expectWhole = (records: readonly IncomingRecord[]) => {
  expect(records.map(({ offset }) => offset)).toEqual(records.map((_, index) => BigInt(index)));
  const calls = Map.groupBy(records.map(textOf), (text) => text.slice(0, text.lastIndexOf('-')));
  for (const [call, texts] of calls) expect(texts).toEqual([0, 1, 2].map((index) => `${call}-${index}`));
};

describe('processes that share one file', () => {
  it('lose no acknowledged record and keep no half call when they are killed', async () => {
    const lines: string[] = [];
    for (const [round, kills] of [16, 1, 40].entries()) {
      const child = start(PUBLISHER, path, TOPIC, `${round}`, '1000000');
      await child.printed(kills);
      await child.kill();
      lines.push(...child.lines);
      const broker = await openSqliteBroker(path);
      const records = await received(broker, TOPIC);
      expectWhole(records);
      const texts = new Set(records.map(textOf));
      expect(acknowledged(lines).filter((text) => !texts.has(text))).toEqual([]);
      await broker.close();
    }
  }, 180_000);

  it('four nodes publish at the same time, from the first moment of the file, and a fifth follows', async () => {
    for (const topic of TOPICS) start(PUBLISHER, path, topic, 'record', '48');
    const broker = await openSqliteBroker(path);
    const inboxes = TOPICS.map(() => new Inbox<IncomingRecord>());
    const subscriptions = await Promise.all(
      TOPICS.map((topic, node) => broker.subscribe(topic, [], inboxes[node]!.take)),
    );
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0, 0]);
    for (const [node, inbox] of inboxes.entries()) {
      const records = await inbox.holding(144);
      expectWhole(records);
      expect(records.map(textOf).toSorted()).toEqual(acknowledged(children[node]!.lines).toSorted());
    }
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
    await broker.close();
  }, 180_000);
});

it('processes that make the same new files at once all find a broker in each', async () => {
  TOPICS.forEach(() => start(OPENER, directory.path, '100'));
  expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0, 0, 0]);
});
