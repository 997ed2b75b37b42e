import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Child, Inbox, temporaryDirectory } from '@delta-hub/local-log/testing';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventStore, RecordedEvent } from '../event-store.js';
import { everything } from '../testing/contract-case.js';
import { openSqliteEventStore } from './sqlite-event-store.js';

const APPENDER = new URL('./testing/appender.ts', import.meta.url);

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
let children: Child[];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'events.db');
  children = [];
});
afterEach(async () => {
  // One that is still there belongs to a test that has failed, and would fill the disk.
  for (const child of children) await child.kill();
  await directory.dispose();
});

const start = (name: string, appends: number): Child => {
  const child = new Child(APPENDER, path, name, `${appends}`);
  children.push(child);
  return child;
};

/** Every line says of a stream which events were acknowledged. */
const acknowledged = (lines: readonly string[]) => lines.flatMap((line) => line.split(' ').slice(1));

const byStream = (events: readonly RecordedEvent[]) => Map.groupBy(events, ({ stream }) => stream);

/** Fails unless all that was acknowledged is there, and every append is there whole or not at all. */
const expectWhole = async (store: EventStore, lines: readonly string[]) => {
  const stored = await everything(store);
  const ids = new Set(stored.map(({ id }) => id));
  expect(ids.size).toBe(stored.length);
  expect(acknowledged(lines).filter((id) => !ids.has(id))).toEqual([]);
  for (const [stream, events] of byStream(stored)) {
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => BigInt(index)));
    expect(await store.read(stream)).toEqual(events);
    if (stream !== 'person-1') expect(events).toHaveLength(3);
  }
};

const integrity = () => {
  const db = new DatabaseSync(path);
  try {
    return Object.values(db.prepare('PRAGMA integrity_check').get() ?? {});
  } finally {
    db.close();
  }
};

describe('processes that share one file', () => {
  it('lose no acknowledged append and keep no half one when they are killed', async () => {
    const lines: string[] = [];
    for (const [round, kills] of [16, 1, 40].entries()) {
      const child = start(`${round}`, 1_000_000);
      await child.printed(kills);
      await child.kill();
      lines.push(...child.lines);
      const store = await openSqliteEventStore(path);
      await expectWhole(store, lines);
      await store.close();
    }
    expect(lines.length).toBeGreaterThanOrEqual(57);
    expect(integrity()).toEqual(['ok']);
  }, 180_000);

  it('append at the same time, from the first moment of the file, and a third one follows', async () => {
    for (const name of ['a', 'b']) start(name, 64);
    const store = await openSqliteEventStore(path);
    const inbox = new Inbox<RecordedEvent>();
    const subscription = await store.subscribe(undefined, inbox.take);
    expect(await Promise.all(children.map((child) => child.ended()))).toEqual([0, 0]);
    const lines = children.flatMap((child) => child.lines);
    await expectWhole(store, lines);
    const stored = await everything(store);
    expect(stored.map(({ id }) => id).toSorted()).toEqual(acknowledged(lines).toSorted());
    expect(byStream(stored).get('person-1')).toHaveLength(16);
    expect(await inbox.holding(stored.length)).toEqual(stored);
    await subscription.stop();
    await store.close();
  }, 180_000);
});
