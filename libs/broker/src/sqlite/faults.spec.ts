import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Hands, Inbox, temporaryDirectory } from '@delta-hub/local-log/testing';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Broker, IncomingRecord } from '../broker.js';
import { aRecord, positionsAfter, someRecords, textsOf, TOPIC } from '../testing/contract-case.js';
import { openSqliteBroker } from './sqlite-broker.js';
import { tamper } from './testing/sqlite-substrate.js';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, 'broker.db');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await directory.dispose();
});

const received = async (broker: Broker): Promise<readonly IncomingRecord[]> => {
  const inbox = new Inbox<IncomingRecord>();
  const subscription = await broker.subscribe(TOPIC, [], inbox.take);
  const records = await inbox.holding(Number(await broker.lag(TOPIC, [])));
  await subscription.stop();
  return records;
};

const sized = (bytes: number) => ({ ...aRecord(), value: new Uint8Array(bytes) });

describe('a full disk', () => {
  it('refuses what has no room with STORAGE_FULL, publishes nothing of it, and still takes what has', async () => {
    const broker = await openSqliteBroker(path, { maxBytes: 256 * 1024 });
    const results = await Promise.allSettled([
      broker.publish(TOPIC, [aRecord('first')]),
      broker.publish(TOPIC, [aRecord('lost'), sized(500_000)]),
      broker.publish(TOPIC, [aRecord('second')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(broker.publish(TOPIC, [sized(500_000)])).rejects.toMatchObject({
      name: 'BrokerError',
      code: 'STORAGE_FULL',
    });
    const records = await received(broker);
    expect(textsOf(records)).toEqual(['first', 'second']);
    expect(records.map(({ offset }) => offset)).toEqual([0n, 1n]);
    await broker.close();
  });
});

describe('a commit that fails', () => {
  it.each([
    ['before it was done', false, ['one']],
    ['after it was done', true, ['one', 'one']],
  ])('%s: OUTCOME_UNKNOWN, and the identical call publishes, perhaps again', async (_, done, texts) => {
    const broker = await openSqliteBroker(path);
    const run = StatementSync.prototype.run;
    let failed = false;
    jest.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...values) {
      if (this.sourceSQL !== 'COMMIT' || failed) return run.apply(this, values);
      failed = true;
      if (done) run.apply(this, values);
      throw Object.assign(new Error('disk trouble'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
    });
    await expect(broker.publish(TOPIC, [aRecord('one')])).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await broker.publish(TOPIC, [aRecord('one')]);
    expect(textsOf(await received(broker))).toEqual(texts);
    await broker.close();
  });
});

describe('another process that does not stop writing', () => {
  it('makes publishing UNAVAILABLE, publishes nothing, and does not disturb consumers', async () => {
    const broker = await openSqliteBroker(path, { busyTimeoutMs: 20 });
    await broker.publish(TOPIC, [aRecord('one')]);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(broker.publish(TOPIC, [aRecord('two')])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(textsOf(await received(broker))).toEqual(['one']);
    other.close();
    await broker.close();
  });
});

describe('a file that is not a broker of ours', () => {
  it('a text: FOREIGN_STORE, left as it is', async () => {
    await writeFile(path, 'invented, and not a database');
    await expect(openSqliteBroker(path)).rejects.toMatchObject({ code: 'FOREIGN_STORE' });
    expect(await readFile(path, 'utf8')).toBe('invented, and not a database');
  });

  it("some other program's database: FOREIGN_STORE", async () => {
    tamper(path, 'CREATE TABLE records (id TEXT)');
    await expect(openSqliteBroker(path)).rejects.toMatchObject({ code: 'FOREIGN_STORE' });
  });

  it('a broker of a version to come: SCHEMA_UNKNOWN, naming both versions', async () => {
    await (await openSqliteBroker(path)).close();
    tamper(path, 'PRAGMA user_version = 9');
    await expect(openSqliteBroker(path)).rejects.toMatchObject({
      code: 'SCHEMA_UNKNOWN',
      message: expect.stringContaining(
        'a broker of schema version 9; this program knows version 1',
      ) as unknown as string,
    });
  });
});

describe('a log that loses records under a running consumer', () => {
  /** A consumer with the first of 300 records in hand: what is behind the first batch is still to be read. */
  const consumer = async (broker: Broker) => {
    await broker.publish(TOPIC, someRecords(300));
    const hands = new Hands<IncomingRecord>();
    const { finished } = await broker.subscribe(TOPIC, [], hands.take);
    const ended = expect(finished).rejects;
    await hands.taken.holding(1);
    return { hands, ended };
  };

  it.each([
    ['in the middle', 'DELETE FROM records WHERE "offset" = 250', 'POSITION_LOST', 250],
    ['at the end', 'DELETE FROM records WHERE "offset" >= 250', 'POSITION_LOST', 250],
    ['at the start', 'DELETE FROM records WHERE "offset" < 250', 'POSITION_LOST', 128],
  ])('%s: every record before the gap, then POSITION_LOST', async (_, sql, code, taken) => {
    const broker = await openSqliteBroker(path);
    const { hands, ended } = await consumer(broker);
    tamper(path, sql);
    hands.letAllGo();
    await ended.toMatchObject({ code });
    expect(hands.taken.items).toHaveLength(taken);
    await broker.close();
  });

  it('and is as short as an older copy of itself: POSITION_BEYOND_END', async () => {
    const broker = await openSqliteBroker(path);
    const { hands, ended } = await consumer(broker);
    tamper(path, 'DELETE FROM records WHERE "offset" >= 100; UPDATE topics SET next_offset = 100');
    hands.letAllGo();
    await ended.toMatchObject({ code: 'POSITION_BEYOND_END' });
    expect(hands.taken.items).toHaveLength(128);
    await expect(broker.lag(TOPIC, positionsAfter(hands.taken.items))).rejects.toMatchObject({
      code: 'POSITION_BEYOND_END',
    });
    await broker.close();
  });
});
