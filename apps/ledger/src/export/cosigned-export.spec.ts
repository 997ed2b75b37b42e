import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { FourWitnesses } from '../testing/sample-witnesses.js';
import type { LedgerReport } from '../verify/report.js';
import { verifyLedger } from '../verify/verify-ledger.js';
import { PUSH_EVERY_MS } from '../witness/head-publisher.js';
import { exportLog } from './export-log.js';

const four = FourWitnesses.forEachTest();
let to: string;

beforeEach(async () => {
  await four.append('32', 5);
  await four.node('32').pace.pass(PUSH_EVERY_MS);
  to = mkdtempSync(join(four.node('32').sample.directory, 'files-'));
});

const verified = (): Promise<LedgerReport> => verifyLedger({ files: to }, four.node('32').sample.trust);
const sealed = { level: 'SEALED', witnessedAt: '2025-03-10T01:30:00.000Z' };
const cosigners = (text: string): string[] =>
  text.split('\n').filter((line) => line.startsWith('— delta-hub.cn/witness/'));

it('an export carries the cosignatures of its head, and who verifies it counts them', async () => {
  const { app, sample } = four.node('32');
  expect(await exportLog(sample.directory, to)).toMatchObject({ size: 5, cosignatures: 3 });
  expect(readFileSync(join(to, 'checkpoint'), 'utf8')).toBe(app.witnessing!.newest('SEALED')!.note);
  expect(await verified()).toMatchObject({ ok: true, size: 5, standing: sealed });
});

it('an export from an address is the same, file by file', async () => {
  const { app, sample } = four.node('32');
  await exportLog(sample.directory, to);
  const other = mkdtempSync(join(sample.directory, 'files-'));
  const exported = await exportLog({ url: `${app.url}/ledger`, token: 'inspector' }, other);
  expect(exported).toMatchObject({ origin: 'delta-hub.cn/ledger/32', size: 5, cosignatures: 3, written: 4 });
  for (const path of ['checkpoint', 'key-entries', 'tile/0/000.p/5', 'tile/entries/000.p/5'])
    expect([path, readFileSync(join(other, path)).equals(readFileSync(join(to, path)))]).toEqual([path, true]);
});

it.each([
  ['officer', 'TOKEN_REFUSED'],
  ['forged', 'TOKEN_REFUSED'],
])('the entries are not exported to %s', async (token, code) => {
  const source = { url: `${four.node('32').app.url}/ledger`, token };
  await expect(exportLog(source, to)).rejects.toMatchObject({ code });
});

it('a head that nobody cosigned yet has none', async () => {
  await four.append('32', 1);
  expect(await exportLog(four.node('32').sample.directory, to)).toMatchObject({ size: 6, cosignatures: 0 });
  expect(await verified()).toMatchObject({ ok: true, size: 6, standing: { level: 'LOCAL' } });
});

it('fewer cosignatures make a lower level, and a forged one is found', async () => {
  await exportLog(four.node('32').sample.directory, to);
  const file = join(to, 'checkpoint');
  const text = readFileSync(file, 'utf8');
  const [first, second] = cosigners(text);
  const levels: unknown[] = [];
  for (const changed of [text.replace(`${first}\n`, ''), text.replace(`${first}\n${second}\n`, '')]) {
    writeFileSync(file, changed);
    levels.push((await verified()).standing?.level);
  }
  expect(levels).toEqual(['WITNESSED', 'LOCAL']);
  const [, name, base64] = first!.split(' ');
  const bytes = Buffer.from(base64!, 'base64');
  // One bit of the time, and one of the signature.
  for (const at of [11, 40]) {
    writeFileSync(file, text.replace(base64!, Buffer.from(bytes.with(at, bytes[at]! ^ 1)).toString('base64')));
    expect(await verified()).toMatchObject({
      ok: false,
      fault: { what: 'COSIGNATURE', expected: `a cosignature by ${name}` },
    });
  }
});
