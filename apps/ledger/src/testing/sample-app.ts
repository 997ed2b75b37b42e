import type { Caller } from '@delta-hub/crypto';
import { createLedgerApp, type LedgerAppDeps } from '../ledger-app.js';
import { SampleNode } from './sample-node.js';

/** Tokens of these tests are the role they stand for; what is no role is a token that is not accepted. */
const verifySampleToken = (token: string | undefined): Promise<Caller> => {
  const roles = ['officer', 'office-officer', 'inspector', 'operator'] as const;
  const role = roles.find((known) => known === token);
  if (role !== undefined)
    return Promise.resolve({ officerId: 'officer-320509-001', role, agencyId: 'cca-320509', node: '32' });
  const code = token === undefined ? 'TOKEN_MISSING' : 'TOKEN_SIGNATURE';
  return Promise.reject(Object.assign(new Error('not accepted'), { code }));
};

/** What a ledger needs, for a sample node. */
export const sampleDeps = (node: SampleNode): LedgerAppDeps => ({
  node: node.keys.node,
  dataDir: node.directory,
  eventStore: node.store,
  ledgerKey: node.keys.ledgerKey,
  trust: node.trust,
  clock: { now: () => '2025-03-10T01:30:00.000Z' },
  verifyToken: verifySampleToken,
  recordInspection: () => Promise.reject(new Error('nobody replays a person')),
  port: 0,
  host: '127.0.0.1',
});

/** A log of groups of these sizes, closed. */
export const closedLog = async (groups: readonly number[], node = new SampleNode()): Promise<SampleNode> => {
  for (const size of groups) {
    await node.append(size);
    const app = await createLedgerApp(sampleDeps(node));
    await app.sequencer.waitFor((await node.store.head())!);
    await app.close();
  }
  return node;
};
