// The ledger alone: signed events in memory become leaves under a signed, locked head on the disk; proofs from its tiles.
import { generateKeyPair, parseTrustList, signerFromJwk, signEvent, trustedNode } from '@delta-hub/crypto';
import { verifyLedger } from '@delta-hub/ledger-app';
import { createLedgerApp } from '@delta-hub/ledger-app/service';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inclusionPath } from '@delta-hub/ledger';
import { sha256Tree } from '../../apps/ledger/dist/log-identity.js';
import { openLedgerStore } from '../../apps/ledger/dist/sqlite-ledger-store.js';
import { warmNodes } from '../../apps/ledger/dist/warm-nodes.js';

const NODE = '32';
const IN_A_STREAM = 4;
/** Fills an event to about 1 KB, as the base verifies. */
const FILLING = 'x'.repeat(720);

const keys = { event: generateKeyPair(), ledger: generateKeyPair() };
export const trust = parseTrustList({
  nodes: [trustedNode(NODE, keys.event.publicJwk, keys.ledger.publicJwk, '2020-07-01T00:00:00.000Z')],
});
const signer = signerFromJwk(keys.event.privateJwk, `${NODE}/1`);
const idOf = (number) => `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;

/** The event at this position, from 1; the same bytes each time. */
const eventAt = (position) => {
  const number = position - 1;
  const id = idOf(number);
  const type = 'cn.delta-hub.transfer.applied.v1';
  const stream = `transfer-${idOf(number - (number % IN_A_STREAM))}`;
  const text = signEvent(
    {
      specversion: '1.0',
      id,
      source: `urn:delta-hub:node:${NODE}`,
      type,
      subject: stream,
      time: '2025-03-10T01:30:00.000Z',
      datacontenttype: 'application/json',
      data: { number, filling: FILLING },
    },
    signer,
  );
  return {
    id,
    type,
    stream,
    revision: BigInt(number % IN_A_STREAM),
    position: BigInt(position),
    data: new Uint8Array(Buffer.from(text, 'latin1')),
  };
};

/** An event store that shows as many of its events as it is told, so that nothing but the ledger is measured. */
class ShownEvents {
  #shown = 0;
  #wake = async () => undefined;

  /** `at(position)` gives an event; it is kept only where it is made beforehand. */
  constructor(at) {
    this.at = at;
  }

  static prepared(count) {
    const events = Array.from({ length: count }, (_, index) => eventAt(index + 1));
    return new ShownEvents((position) => events[position - 1]);
  }

  async show(count) {
    this.#shown = count;
    await this.#wake();
  }

  async head() {
    return this.#shown === 0 ? undefined : BigInt(this.#shown);
  }

  /** No event of the bench says anything of keys, and nothing else is read by its stream. */
  async read() {
    return [];
  }

  async readAll(after, limit) {
    const from = Number(after ?? 0n);
    return Array.from({ length: Math.max(0, Math.min(limit, this.#shown - from)) }, (_, at) => this.at(from + at + 1));
  }

  async subscribe(_after, handler) {
    this.#wake = handler;
    return { finished: new Promise(() => undefined), stop: () => Promise.resolve() };
  }
}

const startLedger = (dataDir, eventStore) => {
  mkdirSync(dataDir);
  return createLedgerApp({
    node: NODE,
    dataDir,
    eventStore,
    ledgerKey: keys.ledger.privateJwk,
    trust,
    clock: { now: () => new Date().toISOString() },
    verifyToken: () => Promise.reject(new Error('the bench uses no tokens')),
    recordInspection: () => Promise.reject(new Error('the bench replays no person')),
    port: 0,
    host: '127.0.0.1',
  });
};

/** A log that takes what it is shown. */
const benchLog = async (dataDir, events) => {
  const ledger = await startLedger(dataDir, events);
  return {
    /** Shows events up to this position and waits until they are under a signed head. */
    take: async (position) => {
      await events.show(position);
      await ledger.sequencer.waitFor(BigInt(position));
    },
    close: () => ledger.close(),
  };
};

/** Events for `appendBatches` of `count` and a quarter of that before, and for replays of the log that comes of it. */
export const preparedEvents = (count) => ShownEvents.prepared(count + Math.round(count / 4));

/** All events are there at once; how many a second are leaves under a locked head, every signature verified. */
export const appendBatches = async (dataDir, events, count) => {
  const warmUp = Math.round(count / 4);
  const log = await benchLog(dataDir, events);
  await log.take(warmUp);
  const start = performance.now();
  await log.take(warmUp + count);
  const rate = (count * 1000) / (performance.now() - start);
  await log.close();
  return rate;
};

/** One event at a time: the next comes when the one before is under a locked head. */
export const appendSingly = async (dataDir, count) => {
  const warmUp = Math.round(count / 4);
  const log = await benchLog(dataDir, ShownEvents.prepared(warmUp + count));
  for (let position = 1; position <= warmUp; position++) await log.take(position);
  const start = performance.now();
  for (let position = warmUp + 1; position <= warmUp + count; position++) await log.take(position);
  const rate = (count * 1000) / (performance.now() - start);
  await log.close();
  return rate;
};

/** The same events in an event store on the disk, as the threads of a replay open it. */
export const storedEvents = async (eventsFile, events, count) => {
  const store = await openSqliteEventStore(eventsFile);
  for (let first = 1; first <= count; first += IN_A_STREAM) {
    const stream = Array.from({ length: Math.min(IN_A_STREAM, count - first + 1) }, (_, at) => events.at(first + at));
    await store.append(stream[0].stream, 'no-stream', stream);
  }
  return store;
};

/** Entries a second that a verification of the log in this directory takes, at a level of `verifyLedger`. */
export const replay = async (dataDir, eventStore, eventsFile, level) => {
  const start = performance.now();
  const report = await verifyLedger({ directory: dataDir, eventStore, eventsFile }, trust, { level });
  if (!report.ok) throw new Error(`the log does not verify: ${JSON.stringify(report.fault)}`);
  return (report.counts.entries * 1000) / (performance.now() - start);
};

/** Microseconds of one inclusion proof, as hashes, out of the log in this directory, its tiles warm as in the read API. */
export const inclusionProof = (dataDir, rounds) => {
  const store = openLedgerStore(join(dataDir, 'ledger.db'));
  const { size } = store.newestSignedHead();
  const node = warmNodes(sha256Tree, (level, index) => store.tile(level, index));
  const indexes = Array.from({ length: 1000 }, (_, at) => Math.floor((at * size) / 1000));
  const proveAll = () => indexes.forEach((index) => inclusionPath(sha256Tree, node, index, size));
  proveAll();
  const start = performance.now();
  for (let round = 0; round < rounds; round++) proveAll();
  const micros = ((performance.now() - start) * 1000) / (rounds * indexes.length);
  store.close();
  return micros;
};

/** What is still in use after the garbage is gone; `rss` also holds what V8 and malloc keep for the next. */
const memory = () => {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { live: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 };
};
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Grows one log to a million events, made as they are read; calls `report(size, {live, rss} in MB, events a second)` on the way. */
export const growLong = async (dataDir, report) => {
  const events = new ShownEvents(eventAt);
  const log = await benchLog(dataDir, events);
  let before = 0;
  for (const size of [10_000, 50_000, 100_000, 250_000, 500_000, 750_000, 1_000_000]) {
    const start = performance.now();
    await log.take(size);
    const seconds = (performance.now() - start) / 1000;
    report(size, memory(), (size - before) / seconds);
    before = size;
  }
  await log.close();
};
