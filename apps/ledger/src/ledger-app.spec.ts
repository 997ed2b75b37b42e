import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedgerApp, type LedgerApp, type LedgerAppDeps } from './index.js';
import { SampleNode } from './testing/sample-node.js';
import { verifyLedger } from './verify/verify-ledger.js';

let node: SampleNode;
const apps: LedgerApp[] = [];

const start = async (change: Partial<LedgerAppDeps> = {}): Promise<LedgerApp> => {
  const app = await createLedgerApp({
    node: '32',
    dataDir: node.directory,
    eventStore: node.store,
    ledgerKey: node.keys.ledgerKey,
    trust: node.trust,
    clock: { now: () => '2025-03-10T01:30:00.000Z' },
    verifyToken: () => Promise.resolve({ officerId: 'o', role: 'inspector', agencyId: 'prov-320000', node: '32' }),
    port: 0,
    host: '127.0.0.1',
    ...change,
  });
  apps.push(app);
  return app;
};

beforeEach(() => {
  node = new SampleNode();
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  node.remove();
});

describe('smoke', () => {
  it('sequences', async () => {
    await node.append(5);
    const app = await start();
    const [last] = await node.append(3);
    const head = await app.sequencer.waitFor(last!.position);
    expect(head.size).toBe(8);
    const report = await verifyLedger({ directory: node.directory, eventStore: node.store }, node.trust);
    console.log(report, head.note, await app.health());
    const res = await fetch(app.url + '/ledger/checkpoint');
    console.log(res.status, await res.text());
    const r2 = await verifyLedger({ url: app.url + '/ledger', token: 'x' }, node.trust);
    console.log(r2);
    const g = await fetch(app.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
      body: JSON.stringify({
        query: `query($r:[_Any!]!){ treeHead { size note } _entities(representations:$r){ __typename ... on Transfer { id ledger { eventId index leafHash proof { index treeSize rootHash path checkpoint } } } } }`,
        variables: { r: [{ __typename: 'Transfer', id: node.events.all[0]!.stream }] },
      }),
    });
    console.log(g.status, await g.text());
  });
});
