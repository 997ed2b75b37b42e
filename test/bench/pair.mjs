// Two whole nodes in one process, with nothing between the measurement and the parts.
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { generateKeyPair, parseTrustList, signerFromJwk, trustedNode } from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { createHandoffApp, Handle, NodeClock } from '@delta-hub/handoff-app';
import { createLedgerApp } from '@delta-hub/ledger-app';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const NODES = ['31', '32'];
const officer = { officerId: 'officer-bench', role: 'officer', agencyId: 'cca-320509', node: '32' };
const refuseTokens = () => Promise.reject(new Error('the bench uses no tokens'));
const digest = `sha-256:${'A'.repeat(43)}`;
const documents = ['application', 'proof'].map((kind) => ({ kind, digest, size: 48_213 }));

/** On the embedded engines, or with another broker between them. */
export const startPair = async (dir, given) => {
  mkdirSync(dir, { recursive: true });
  const keys = Object.fromEntries(NODES.map((node) => [node, { event: generateKeyPair(), ledger: generateKeyPair() }]));
  const trust = parseTrustList({
    nodes: NODES.map((node) =>
      trustedNode(node, keys[node].event.publicJwk, keys[node].ledger.publicJwk, '2020-07-01T00:00:00.000Z'),
    ),
  });
  const broker = given ?? (await openSqliteBroker(join(dir, 'broker.db')));
  const parts = {};
  for (const node of NODES) parts[node] = await openNode(node, { dir, keys, trust, broker });
  const arrivals = await watchArrivals(parts['31'].store);

  const give = async (type, input) => {
    const outcome = await parts['32'].handoff.execute(new Handle({ type, input }, randomUUID(), officer));
    if (!('accepted' in outcome)) throw new Error(`${type}: ${outcome.rejected.code}`);
    return outcome.accepted;
  };
  const intake = (n) =>
    give('RegisterIntake', {
      personId: `T-bench-${n}`,
      category: 'SuspendedSentence',
      correctionStart: '2025-01-06',
      correctionEnd: '2027-01-05',
    });

  return {
    intake,
    /** One application at node 32 until node 31 has verified and stored it. The person is one that `intake` registered. */
    exchange: async (n) => {
      const personId = `T-bench-${n}`;
      if (typeof n === 'string') await intake(n);
      const { factIds } = await give('ApplyTransfer', {
        personId,
        receivingDivision: '310118',
        reason: 'employment',
        documents,
      });
      await arrivals.of(factIds[0]);
    },
    /** Sequences everything node 32 has stored into a fresh log; events a second. */
    sequenceAll: async () => {
      const { store } = parts['32'];
      mkdirSync(join(dir, 'log'));
      const head = await store.head();
      const start = performance.now();
      const ledger = await createLedgerApp(ledgerDeps('32', { dir: join(dir, 'log'), keys, trust, store }));
      await ledger.sequencer.waitFor(head);
      const seconds = (performance.now() - start) / 1000;
      const { size } = await ledger.health();
      await ledger.close();
      return size / seconds;
    },
    close: async () => {
      await arrivals.stop();
      for (const { handoff, store } of Object.values(parts)) {
        await handoff.close();
        await store.close();
      }
      await broker.close();
    },
  };
};

const ledgerDeps = (node, { dir, keys, trust, store }) => ({
  node,
  dataDir: dir,
  eventStore: store,
  ledgerKey: keys[node].ledger.privateJwk,
  trust,
  clock: new NodeClock(),
  verifyToken: refuseTokens,
  port: 0,
  host: '127.0.0.1',
});

const openNode = async (node, { dir, keys, trust, broker }) => {
  const store = await openSqliteEventStore(join(dir, `events-${node}.db`));
  const handoff = await createHandoffApp({
    node,
    peers: NODES.filter((peer) => peer !== node),
    host: '127.0.0.1',
    eventStore: store,
    broker,
    signer: signerFromJwk(keys[node].event.privateJwk, `${node}/1`),
    trust,
    clock: new NodeClock(),
    verifyToken: refuseTokens,
    positionsFile: join(dir, `positions-${node}.db`),
    readModelsFile: join(dir, `read-${node}.db`),
    introspection: false,
  });
  return { store, handoff };
};

/** Tells when an event has been stored, by its id. */
const watchArrivals = async (store) => {
  const stored = new Set();
  const waiting = new Map();
  const subscription = await store.subscribe(undefined, async ({ id }) => {
    stored.add(id);
    waiting.get(id)?.();
    waiting.delete(id);
  });
  return {
    of: (id) => (stored.has(id) ? Promise.resolve() : new Promise((resolve) => waiting.set(id, resolve))),
    stop: () => subscription.stop(),
  };
};
