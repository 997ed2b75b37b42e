import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { exportLog } from '../export/export-log.js';
import { closedLog } from '../testing/sample-app.js';
import type { SampleNode } from '../testing/sample-node.js';
import type { LedgerReport, VerifiedState, VerifyOptions } from './report.js';
import { parseVerifiedState } from './verified-state.js';
import { verifyLedger } from './verify-ledger.js';

let node: SampleNode;
let eventsFile: string;
let files: string;

/** Three ranges, the last of them not full. */
const SIZE = 600;
const small = { rangeWidth: 256 };

beforeEach(async () => {
  node = await closedLog([100, 500]);
  eventsFile = join(node.directory, 'events.db');
  const store = await openSqliteEventStore(eventsFile);
  for (const { stream, revision, id, type, data } of node.events.all)
    await store.append(stream, revision === 0n ? 'no-stream' : revision - 1n, [{ id, type, data }]);
  await store.close();
  files = join(node.directory, 'files');
  await exportLog(node.directory, files);
});

afterEach(() => node.remove());

const verifyDirectory = async (options: VerifyOptions): Promise<LedgerReport> => {
  const eventStore = await openSqliteEventStore(eventsFile);
  const report = await verifyLedger({ directory: node.directory, eventStore, eventsFile }, node.trust, options);
  await eventStore.close();
  return report;
};

const verifyFiles = (options: VerifyOptions): Promise<LedgerReport> => verifyLedger({ files }, node.trust, options);

describe.each([
  ['a directory', verifyDirectory],
  ['exported files', verifyFiles],
])('%s', (_, verify) => {
  it('is verified by threads as by one, range by range', async () => {
    const told: number[][] = [];
    const reports: LedgerReport[] = [];
    for (const threads of [0, 1, 2, 3]) {
      const sizes: number[] = [];
      reports.push(await verify({ ...small, threads, verified: ({ size }) => sizes.push(size) }));
      told.push(sizes);
    }
    expect(reports[0]).toMatchObject({ ok: true, size: SIZE, counts: { entries: SIZE } });
    expect(reports.slice(1)).toEqual([reports[0], reports[0], reports[0]]);
    expect(told).toEqual([0, 1, 2, 3].map(() => [256, 512, SIZE]));
  });

  it('goes on from every state that was told', async () => {
    const states: VerifiedState[] = [];
    const whole = await verify({ ...small, threads: 2, verified: (state) => states.push(state) });
    for (const since of states) {
      const resumed = await verify({ ...small, threads: 2, since });
      expect(resumed).toEqual({ ...whole, from: since.size, counts: resumed.counts });
      expect(resumed.counts.entries).toBe(SIZE - since.size);
    }
  });
});

it('the first fault of the log is the first, whichever thread is done first', async () => {
  const ledger = new DatabaseSync(join(node.directory, 'ledger.db'));
  ledger.exec('UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE pos = 1) WHERE pos IN (300, 512, 599)');
  ledger.close();
  const states: number[] = [];
  for (const threads of [0, 2, 3])
    expect(await verifyDirectory({ ...small, threads, verified: ({ size }) => states.push(size) })).toMatchObject({
      ok: false,
      fault: { what: 'TILE', position: 300 },
    });
  expect(states).toEqual([256, 256, 256]);
});

it('a run that was killed goes on behind what it had verified', async () => {
  const state = join(node.directory, 'verified.json');
  writeFileSync(join(node.directory, 'trust.json'), JSON.stringify(node.trust));
  const program = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { parseTrustList } from '@delta-hub/crypto';
    import { verifyLedger } from '@delta-hub/ledger-app';
    const [directory, state] = process.argv.slice(1);
    const trust = parseTrustList(JSON.parse(readFileSync(directory + '/trust.json', 'utf8')));
    await verifyLedger({ files: directory + '/files' }, trust, {
      rangeWidth: 256,
      threads: 0,
      verified: (verified) => {
        writeFileSync(state, JSON.stringify(verified));
        if (verified.size === 512) process.kill(process.pid, 'SIGKILL');
      },
    });`;
  const args = ['--input-type=module', '-e', program, node.directory, state];
  const ended = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' });
  expect(ended.signal).toBe('SIGKILL');
  const since = parseVerifiedState(JSON.parse(readFileSync(state, 'utf8')))!;
  expect(since.size).toBe(512);
  expect(await verifyFiles({ ...small, since })).toMatchObject({
    ...{ ok: true, from: 512, size: SIZE },
    counts: { entries: 88 },
  });
});
