import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { closedLog } from '../testing/sample-app.js';
import type { SampleNode } from '../testing/sample-node.js';
import type { LedgerReport, VerifiedState, VerifyOptions } from './report.js';
import { verifyLedger } from './verify-ledger.js';
import { parseVerifiedState } from './verified-state.js';

let node: SampleNode;

beforeEach(async () => {
  node = await closedLog([4, 300]);
});

afterEach(() => node.remove());

const verify = (options: VerifyOptions): Promise<LedgerReport> =>
  verifyLedger({ directory: node.directory, eventStore: node.store }, node.trust, options);

const verifiedState = async (level: 'structure' | 'signatures' = 'signatures'): Promise<VerifiedState> => {
  const states: VerifiedState[] = [];
  expect(await verify({ level, verified: (state) => states.push(state) })).toMatchObject({ ok: true, level });
  return states.at(-1)!;
};

it.each(['structure', 'signatures'] as const)(
  'a run that goes on comes to where a whole one comes: %s',
  async (level) => {
    const since = parseVerifiedState(JSON.parse(JSON.stringify(await verifiedState(level))));
    expect(since).toMatchObject({ size: 304, level });
    await closedLog([250], node);
    const [whole, resumed] = [await verify({ level }), await verify({ level, since: since! })];
    expect(resumed).toEqual({ ...whole, from: 304, counts: resumed.counts });
    expect(resumed.counts.entries).toBe(250);
  },
);

it('a log that does not begin with what was verified is another history', async () => {
  const since = await verifiedState();
  const root = since.root.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
  expect(await verify({ since: { ...since, root } })).toMatchObject({ fault: { what: 'HISTORY', position: 303 } });
  expect(await verify({ since: { ...since, size: 900 } })).toMatchObject({ fault: { what: 'HISTORY', position: 899 } });
  const other = { ...since, origin: 'delta-hub.cn/ledger/33' };
  expect(await verify({ since: other })).toMatchObject({ fault: { what: 'ORIGIN' } });
});

it('what comes after is verified as ever', async () => {
  const since = await verifiedState();
  await closedLog([20], node);
  const ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
  ledger.exec('UPDATE ids SET pos = 311 WHERE pos = 310');
  ledger.close();
  expect(await verify({ since })).toMatchObject({ ok: false, fault: { what: 'ID_ROW', position: 310 } });
});

it('structure alone does not look at signatures, and says so', async () => {
  const stranger = { ...node.trust, nodes: node.trust.nodes.map((one) => ({ ...one, eventKeys: [] })) };
  const source = { directory: node.directory, eventStore: node.store };
  expect(await verifyLedger(source, stranger, { level: 'structure' })).toMatchObject({ ok: true, level: 'structure' });
  expect(await verifyLedger(source, stranger)).toMatchObject({ fault: { what: 'EVENT_KEY', position: 0 } });
  const since = await verifiedState('structure');
  expect(() => verify({ since })).toThrow(expect.objectContaining({ code: 'STATE_OF_ANOTHER_LEVEL' }));
});
