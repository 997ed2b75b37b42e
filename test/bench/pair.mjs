// Two whole nodes, with nothing between the measurement and the parts.
import { generateKeyPair, parseTrustList, trustedNode } from '@delta-hub/crypto';
import { Handle, NodeClock } from '@delta-hub/handoff-app';
import { createLedgerApp } from '@delta-hub/ledger-app/service';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { forkNode, NODES, openLink, openNode, refuseTokens, sharedNow, watchStored } from './node.mjs';

const officer = { officerId: 'officer-bench', role: 'officer', agencyId: 'cca-320509', node: '32' };
const digest = `sha-256:${'A'.repeat(43)}`;
const documents = ['application', 'proof'].map((kind) => ({ kind, digest, size: 48_213 }));

/**
 * Node 32, whose officer acts, in this process; node 31 beside it on the embedded engines, in a process of its own over
 * Kafka. `published` is told of what node 32 sends.
 */
export const startPair = async (dir, link = { client: 'sqlite' }, published = () => undefined) => {
  mkdirSync(dir, { recursive: true });
  const keys = Object.fromEntries(NODES.map((node) => [node, { event: generateKeyPair(), ledger: generateKeyPair() }]));
  const trust = {
    nodes: NODES.map((node) =>
      trustedNode(node, keys[node].event.publicJwk, keys[node].ledger.publicJwk, '2020-07-01T00:00:00.000Z'),
    ),
  };
  const given = (node) => ({ dir, trust, key: keys[node].event.privateJwk });
  const broker = await openLink(link, dir);
  const arrivals = awaited();
  const near = await openNode('32', { ...given('32'), broker: watched(broker, published) });
  const far =
    link.client === 'sqlite'
      ? await openBeside('31', { ...given('31'), broker }, arrivals.stored)
      : await forkNode('31', { ...given('31'), link }, arrivals.stored);

  const give = async (type, input) => {
    const outcome = await near.handoff.execute(new Handle({ type, input }, randomUUID(), officer));
    if (!('accepted' in outcome)) throw new Error(`${type}: ${outcome.rejected.code}`);
    return outcome.accepted;
  };

  return {
    intake: (n) =>
      give('RegisterIntake', {
        personId: `T-bench-${n}`,
        category: 'SuspendedSentence',
        correctionStart: '2025-01-06',
        correctionEnd: '2027-01-05',
      }),
    /**
     * One application at node 32 until node 31 has verified and stored it; the milliseconds until then, without the way
     * on which that is told here. The person is one that `intake` registered.
     */
    exchange: async (n) => {
      const start = sharedNow();
      const { factIds } = await give('ApplyTransfer', {
        personId: `T-bench-${n}`,
        receivingDivision: '310118',
        reason: 'employment',
        documents,
      });
      return (await arrivals.of(factIds[0])) - start;
    },
    /** Sequences everything node 32 has stored into a fresh log; events a second. */
    sequenceAll: async () => {
      const { store } = near;
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
      await far.close();
      await near.close();
      await broker.close();
    },
  };
};

const ledgerDeps = (node, { dir, keys, trust, store }) => ({
  node,
  dataDir: dir,
  eventStore: store,
  ledgerKey: keys[node].ledger.privateJwk,
  trust: parseTrustList(trust),
  clock: new NodeClock(),
  verifyToken: refuseTokens,
  recordInspection: () => Promise.reject(new Error('the bench replays no person')),
  port: 0,
  host: '127.0.0.1',
});

const openBeside = async (node, given, stored) => {
  const opened = await openNode(node, given);
  const watching = await watchStored(opened.store, stored);
  return {
    close: async () => {
      await watching.stop();
      await opened.close();
    },
  };
};

/** Tells of the records that are published. */
const watched = (broker, published) => ({
  publish: (topic, records) => {
    published(records);
    return broker.publish(topic, records);
  },
  subscribe: (...call) => broker.subscribe(...call),
  lag: (...call) => broker.lag(...call),
  close: () => broker.close(),
});

/** Tells when an event has been stored, by its id. */
const awaited = () => {
  const stored = new Map();
  const waiting = new Map();
  return {
    stored: (events) => {
      for (const { id, at } of events) {
        stored.set(id, at);
        waiting.get(id)?.(at);
        waiting.delete(id);
      }
    },
    of: async (id) => stored.get(id) ?? new Promise((resolve) => waiting.set(id, resolve)),
  };
};
