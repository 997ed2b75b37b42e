import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { exportLog } from '../export/export-log.js';
import { createLedgerApp } from '../service.js';
import { replayDirectory } from '../replay/replay-directory.js';
import { closedLog, sampleDeps } from '../testing/sample-app.js';
import { SampleNode } from '../testing/sample-node.js';
import type { LedgerReport } from '../verify/report.js';
import { verifyLedger } from '../verify/verify-ledger.js';

let node: SampleNode;
let files: string;

beforeEach(async () => {
  node = new SampleNode();
  files = mkdtempSync(join(tmpdir(), 'delta-hub-files-'));
  await node.append(260);
  await node.rotate();
  await node.append(4);
});

afterEach(() => {
  node.remove();
  rmSync(files, { recursive: true, force: true });
});

const verified = (threads: number): Promise<LedgerReport> =>
  verifyLedger({ directory: node.directory, eventStore: node.store }, node.trust, { threads });
const verifiedFiles = (threads = 0): Promise<LedgerReport> => verifyLedger({ files }, node.trust, { threads });

it('a log verifies across a rotation: from its directory, its address, its files, and in a replay', async () => {
  await closedLog([1], node);
  expect(await verified(0)).toMatchObject({ ok: true, size: 267, counts: { entries: 267 } });

  const app = await createLedgerApp(sampleDeps(node));
  const served = await verifyLedger({ url: `${app.url}/ledger`, token: 'inspector' }, node.trust);
  expect(await (await fetch(`${app.url}/ledger/key-entries`)).text()).toBe('260\n261\n');
  await app.close();
  expect(served).toMatchObject({ ok: true, size: 267 });

  await exportLog(node.directory, files);
  expect(await verifiedFiles()).toMatchObject({ ok: true, size: 267 });
  expect(await verifiedFiles(2)).toMatchObject({ ok: true, size: 267 });

  const replayed = replayDirectory(node.directory, node.trust, { scope: { kind: 'WHOLE' }, asOf: undefined });
  const verdicts = new Set([...replayed.entries].map(({ verdict }) => verdict));
  replayed.close();
  expect(verdicts).toEqual(new Set(['VERIFIED']));
});

it('a served log that is silent about a key event is found out', async () => {
  await closedLog([], node);
  await createLedgerApp(sampleDeps(node)).then(async (app) => {
    await app.sequencer.waitFor((await node.store.head())!);
    await app.close();
  });
  await exportLog(node.directory, files);
  writeFileSync(join(files, 'key-entries'), '260\n');
  expect((await verifiedFiles()).fault).toMatchObject({
    what: 'RESOURCE',
    position: 261,
    expected: 'a key event that key-entries lists',
  });
  writeFileSync(join(files, 'key-entries'), '');
  expect((await verifiedFiles()).fault).toMatchObject({ what: 'RESOURCE', position: 260 });
});

it('an event that the superseded key signs after its end stops the log', async () => {
  const app = await createLedgerApp(sampleDeps(node));
  await app.sequencer.waitFor((await node.store.head())!);
  const { fault } = await app.health();
  expect(fault).toBeUndefined();
  await node.say('transfer.applied', { number: 0 }, node.firstSigner);
  await expect(app.sequencer.waitFor((await node.store.head())!)).rejects.toMatchObject({
    code: 'EVENT_NOT_AUTHENTIC',
  });
  await app.close();
});
