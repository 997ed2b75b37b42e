// The worklist as an officer asks for it, over HTTP, at a node that has so many open duties.
import { generateKeyPair, parseTrustList, signerFromJwk, trustedNode } from '@delta-hub/crypto';
import { InMemoryBroker } from '@delta-hub/broker';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { createHandoffApp, NodeClock } from '@delta-hub/handoff-app';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { median } from './in-flight.mjs';
import { ReadModels } from '../../apps/handoff/dist/read-models.js';

const NODE = '32';
/** A county, its city, its province. */
const CHAIN = ['cca-320509', 'city-320500', 'prov-320000'];
const ROUNDS = 150;
const WARM_UP = 20;
const PAGE = 20;

/** One duty a minute falls due. */
const dueOf = (n) => new Date(Date.UTC(2025, 2, 1) + n * 60_000).toISOString();

const fill = (file, count) => {
  const readModels = new ReadModels(file);
  readModels.apply(0n, () => {
    for (let n = 0; n < count; n++) {
      const row = { transferId: `transfer-${n}`, step: 'REPLY', due: dueOf(n), agency: CHAIN[0], owedBy: 'agency' };
      readModels.duties.put(row.transferId, [{ ...row, ruleId: 'REPLY@2020.1', chain: CHAIN }], false);
    }
  });
  readModels.close();
};

const QUERY = `query($agency: ID!, $after: String) { worklist(agency: $agency, first: ${PAGE}, after: $after) {
  edges { cursor node { step due secondsLeft isOverdue agency { id } rule { id } } } } }`;

const open = async (dir, count) => {
  mkdirSync(dir);
  const files = { positionsFile: join(dir, 'positions.db'), readModelsFile: join(dir, 'read.db') };
  fill(files.readModelsFile, count);
  const keys = { event: generateKeyPair(), ledger: generateKeyPair() };
  const trust = parseTrustList({
    nodes: [trustedNode(NODE, keys.event.publicJwk, keys.ledger.publicJwk, '2020-07-01T00:00:00.000Z')],
  });
  const caller = { officerId: 'officer-bench', role: 'office-officer', agencyId: CHAIN[2], node: NODE };
  const app = await createHandoffApp({
    ...files,
    node: NODE,
    peers: [],
    host: '127.0.0.1',
    eventStore: new InMemoryEventStore(),
    broker: new InMemoryBroker(),
    signer: signerFromJwk(keys.event.privateJwk, `${NODE}/1`),
    trust,
    clock: new NodeClock('2025-03-10T01:30:00.000Z'),
    verifyToken: () => Promise.resolve(caller),
    introspection: false,
  });
  const page = async (agency, after) => {
    const answer = await fetch(app.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
      body: JSON.stringify({ query: QUERY, variables: { agency, after } }),
    });
    const { data, errors } = await answer.json();
    if (errors !== undefined || data.worklist.edges.length !== PAGE) throw new Error(JSON.stringify(errors ?? data));
  };
  const middle = Buffer.from(`c:${dueOf(count / 2)}|transfer-${count / 2}|REPLY|`).toString('base64url');
  return {
    /** The first page and one from the middle, of the county, its city and its province. */
    pages: async () => {
      for (const agency of CHAIN) for (const after of [undefined, middle]) await page(agency, after);
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
      await node.pages();
      if (round >= 0) times[at].push(((performance.now() - start) * 1000) / (2 * CHAIN.length));
    }
  for (const node of nodes) await node.close();
  return times.map(median);
};
