// The worklist as an officer asks for it, over HTTP, each duty with its transfer, at a node that has so many open transfers.
import { generateKeyPair, parseTrustList, signerFromJwk, trustedNode } from '@delta-hub/crypto';
import { InMemoryBroker } from '@delta-hub/broker';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { NodeClock } from '@delta-hub/handoff-app';
import { createHandoffApp } from '@delta-hub/handoff-app/service';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './in-flight.mjs';
import { setTimeout } from 'node:timers/promises';
import { sign } from '../../apps/handoff/dist/signed-events.js';

const NODE = '32';
/** A county, its city, its province. */
const CHAIN = ['cca-320509', 'city-320500', 'prov-320000'];
const ROUNDS = 150;
const WARM_UP = 20;
const PAGE = 20;

const DAY = 24 * 3600 * 1000;
const NOW = '2025-03-03T01:30:00.000Z';
/** Applications of a hundred days, so many on each: their opinions fall due day by day. */
const appliedOn = (n, count) => new Date(Date.parse(NOW) + Math.floor((100 * n) / count) * DAY).toISOString();

const idOf = (n) => `01970000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

const DOCUMENT = { kind: 'application', digest: `sha-256:${'A'.repeat(43)}`, size: 1_024 };

/** So many open transfers within the province, each a signed application. */
const fill = async (store, count, signer) => {
  const actor = { officerId: 'officer-bench', role: 'officer', agencyId: CHAIN[0] };
  for (let n = 0; n < count; n++) {
    const [stream, occurredAt] = [`transfer-${idOf(n)}`, appliedOn(n, count)];
    const data = {
      ...{ personId: `T-320509-${n}`, category: 'SuspendedSentence', reason: 'employment', documents: [DOCUMENT] },
      ...{ origin: CHAIN[0], receiving: 'cca-320583', originNode: NODE, receivingNode: NODE },
      ...{ answerableSince: '2025-01-06T01:00:00.000Z', correctionEnd: '2027-01-05' },
    };
    const context = {
      id: idOf(n),
      node: NODE,
      stream,
      signedAt: occurredAt,
      recipients: [NODE],
      rule: '办法30@2020.1',
    };
    const command = { causationId: undefined, commandId: idOf(n), commandHash: `sha-256:${'A'.repeat(43)}` };
    const act = { type: 'transfer.applied', occurredAt, actor, data };
    await store.append(stream, 'no-stream', [sign(act, { ...context, ...command }, signer)]);
  }
};

const QUERY = `query($agency: ID!, $after: String) { worklist(agency: $agency, first: ${PAGE}, after: $after) {
  edges { cursor node { step due secondsLeft isOverdue agency { id } rule { id } transfer { id status person { id } } } } } }`;

const open = async (dir, count) => {
  mkdirSync(dir);
  const files = { positionsFile: join(dir, 'positions.db'), readModelsFile: join(dir, 'read.db') };
  const keys = { event: generateKeyPair(), ledger: generateKeyPair() };
  const trust = parseTrustList({
    nodes: [trustedNode(NODE, keys.event.publicJwk, keys.ledger.publicJwk, '2020-07-01T00:00:00.000Z')],
  });
  const signer = signerFromJwk(keys.event.privateJwk, `${NODE}/1`);
  const eventStore = new InMemoryEventStore();
  await fill(eventStore, count, signer);
  const caller = { officerId: 'officer-bench', role: 'office-officer', agencyId: CHAIN[2], node: NODE };
  const app = await createHandoffApp({
    ...files,
    node: NODE,
    peers: [],
    host: '127.0.0.1',
    eventStore,
    broker: new InMemoryBroker(),
    signer,
    trust,
    clock: new NodeClock(NOW),
    verifyToken: () => Promise.resolve(caller),
    introspection: false,
  });
  while ((await app.subscribers()).some(({ behind }) => behind !== 0)) await setTimeout(100);
  const page = async (agency, after) => {
    const answer = await fetch(app.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({ query: QUERY, variables: { agency, after } }),
    });
    const { data, errors } = await answer.json();
    if (errors !== undefined || data.worklist.edges.length !== PAGE) throw new Error(JSON.stringify(errors ?? data));
  };
  return {
    /** The first page and one that begins on another day each round, of the county, its city and its province. */
    pages: async (round) => {
      const place = `${new Date(Date.parse(NOW) + (((round * 37) % 90) + 5) * DAY).toISOString()}|0|OPINION|`;
      const later = Buffer.from(`c:${place}`).toString('base64url');
      for (const agency of CHAIN) for (const after of [undefined, later]) await page(agency, after);
    },
    close: () => app.close(),
  };
};

/** Median time of a page in microseconds at each number of open duties, asked in turn so that both meet the same machine. */
export const worklistPages = async (dir, counts) => {
  const nodes = [];
  for (const count of counts) nodes.push(await open(join(dir, `worklist-${count}`), count));
  const times = counts.map(() => []);
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (const [at, node] of nodes.entries()) {
      const start = performance.now();
      await node.pages(round + WARM_UP);
      if (round >= 0) times[at].push(((performance.now() - start) * 1000) / (2 * CHAIN.length));
    }
  for (const node of nodes) await node.close();
  return times.map(median);
};
