import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { closedLog } from '../testing/sample-app.js';
import type { SampleNode } from '../testing/sample-node.js';
import { sampleKeys, SampleNode as Node } from '../testing/sample-node.js';
import { verifyLedger } from '../verify/verify-ledger.js';
import { exportLog } from './export-log.js';

let node: SampleNode;
let to: string;

beforeEach(async () => {
  node = await closedLog([300]);
  to = mkdtempSync(join(node.directory, 'files-'));
});

afterEach(() => node.remove());

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();

it('writes the files of tlog-tiles, and they verify', async () => {
  expect(await exportLog(node.directory, to)).toEqual({
    origin: 'delta-hub.cn/ledger/32',
    size: 300,
    cosignatures: 0,
    written: 7,
    kept: 0,
  });
  expect(filesIn(to)).toEqual([
    'checkpoint',
    'key-entries',
    'tile/0/000',
    'tile/0/001.p/44',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/44',
  ]);
  expect(await verifyLedger({ files: to }, node.trust)).toMatchObject({
    ok: true,
    size: 300,
    counts: { entries: 300 },
  });
});

it('goes on after it was cut off, and with a log that has grown', async () => {
  await exportLog(node.directory, to);
  for (const gone of ['checkpoint', 'tile/entries/000']) rmSync(join(to, gone));
  expect(await exportLog(node.directory, to)).toMatchObject({ written: 3, kept: 4 });
  await closedLog([10], node);
  expect(await exportLog(node.directory, to)).toMatchObject({ size: 310, written: 4, kept: 3 });
  expect(await verifyLedger({ files: to }, node.trust)).toMatchObject({ ok: true, size: 310 });
});

it('two at once to one place write the same files, and nothing else', async () => {
  const twice = await Promise.all([exportLog(node.directory, to), exportLog(node.directory, to)]);
  expect(twice.map(({ size }) => size)).toEqual([300, 300]);
});

it('one changed byte of an exported entry is found', async () => {
  await exportLog(node.directory, to);
  const file = join(to, 'tile/entries/001.p/44');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.with(60, bytes[60]! ^ 1));
  expect(await verifyLedger({ files: to }, node.trust)).toMatchObject({ ok: false, fault: { position: 256 } });
});

it('writes nothing of an older copy over what is there', async () => {
  const copy = mkdtempSync(join(node.directory, 'copy-'));
  for (const entry of readdirSync(node.directory, { withFileTypes: true }))
    if (entry.isFile()) copyFileSync(join(node.directory, entry.name), join(copy, entry.name));
  await closedLog([10], node);
  await exportLog(node.directory, to);
  await expect(exportLog(copy, to)).rejects.toMatchObject({ code: 'EXPORT_IS_NEWER' });
  expect(await verifyLedger({ files: to }, node.trust)).toMatchObject({ ok: true, size: 310 });
});

it('writes nothing over another log', async () => {
  await exportLog(node.directory, to);
  const other = await closedLog([3], new Node(sampleKeys('33')));
  await expect(exportLog(other.directory, to)).rejects.toMatchObject({ code: 'EXPORT_OF_ANOTHER_LOG' });
  other.remove();
});

it('writes nothing over the log of a node of the same number that was made anew', async () => {
  await exportLog(node.directory, to);
  const anew = await closedLog([300], new Node(sampleKeys('32')));
  await expect(exportLog(anew.directory, to)).rejects.toMatchObject({ code: 'EXPORT_OF_ANOTHER_LOG' });
  expect(await verifyLedger({ files: to }, node.trust)).toMatchObject({ ok: true, size: 300 });
  anew.remove();
});
