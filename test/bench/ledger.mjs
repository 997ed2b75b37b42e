// The ledger alone: from signed events in memory to leaves under a signed, locked head on the disk, and proofs from it.
import { generateKeyPair, parseTrustList, signerFromJwk, signEvent, trustedNode } from '@delta-hub/crypto';
import { InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { inclusionPath, treeHasher, growTiles, nodesFromTiles } from '@delta-hub/ledger';
import { createLedgerApp } from '@delta-hub/ledger-app';
import { sha256 } from '@delta-hub/crypto';
import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

const NODE = '32';
const EVENTS_IN_A_STREAM = 4;
/** Fills an event to about 1 KB of payload, as the base verifies. */
const FILLING = 'x'.repeat(720);

const event = { private: generateKeyPair(), ledger: generateKeyPair() };
const trust = parseTrustList({
  nodes: [trustedNode(NODE, event.private.publicJwk, event.ledger.publicJwk, '2020-07-01T00:00:00.000Z')],
});
const signer = signerFromJwk(event.private.privateJwk, `${NODE}/1`);

/** Event `number` of a log whose streams have four events each, in the order of their positions. */
export const benchEvent = (number) => {
  const id = `01958f00-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
  const type = 'cn.delta-hub.transfer.applied.v1';
  const first = number - (number % EVENTS_IN_A_STREAM);
  const stream = `transfer-01958f00-0000-7000-8000-${first.toString(16).padStart(12, '0')}`;
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
  return { id, type, stream, data: new Uint8Array(Buffer.from(text, 'latin1')) };
};

const appendTo = async (store, from, to) => {
  for (let number = from; number < to; number++) {
    const { stream, ...stored } = benchEvent(number);
    const revision = number % EVENTS_IN_A_STREAM;
    await store.append(stream, revision === 0 ? 'no-stream' : BigInt(revision - 1), [stored]);
  }
};

export const startLedger = (dataDir, eventStore) => {
  mkdirSync(dataDir);
  return createLedgerApp({
    node: NODE,
    dataDir,
    eventStore,
    ledgerKey: event.ledger.privateJwk,
    trust,
    clock: { now: () => new Date().toISOString() },
    verifyToken: () => Promise.reject(new Error('the bench uses no tokens')),
    port: 0,
    host: '127.0.0.1',
  });
};

/** Events that wait in the store until all are leaves; events a second. */
export const appendBatches = async (dataDir, count) => {
  const store = new InMemoryEventStore(new InMemoryEvents());
  const warmUp = Math.round(count / 8);
  await appendTo(store, 0, warmUp);
  const ledger = await startLedger(dataDir, store);
  await ledger.sequencer.waitFor(await store.head());
  const more = new InMemoryEventStore(new InMemoryEvents());
  await appendTo(more, warmUp - (warmUp % EVENTS_IN_A_STREAM), 0);
  await ledger.close();
  await appendTo(store, warmUp, warmUp + count);
  const again = await reopen(dataDir, store);
  const start = performance.now();
  await again.sequencer.waitFor(await store.head());
  const rate = (count * 1000) / (performance.now() - start);
  await again.close();
  return rate;
};
