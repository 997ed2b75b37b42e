import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { trustedHistory } from '@delta-hub/crypto';
import { formatTreeHead, parseForkProof, parseNote, signNote, verifyForkProof } from '@delta-hub/ledger';
import { headSigner, headVerifiers, originOf, sha256Tree } from '../log-identity.js';
import { exportLog } from '../export/export-log.js';
import { FourWitnesses } from '../testing/sample-witnesses.js';
import { verifyLedger } from '../verify/verify-ledger.js';
import { LEVELS } from './level.js';
import { settleForks } from './settle-forks.js';

const four = FourWitnesses.forEachTest();

const levelOf = (id: string) => four.node(id).app.witnessing!.health().level;
const DATABASES = ['ledger.db', 'ledger.db-wal', 'lock.db', 'lock.db-wal'];

describe('a head', () => {
  it('is LOCAL until two of three have cosigned it, then WITNESSED, and SEALED by all three', async () => {
    const { app, pace } = four.node('32');
    const away = ['33', '34'].map((id) => four.node(id).app.close());
    await Promise.all(away);
    await four.append('32', 3);
    const levels = [levelOf('32')];
    await pace.pass(1_000);
    levels.push(levelOf('32'));
    await four.open('33');
    four.introduce();
    await pace.pass(1_000);
    levels.push(levelOf('32'));
    await four.open('34');
    four.introduce();
    await pace.pass(1_000);
    levels.push(levelOf('32'));
    expect(levels).toEqual([LEVELS[0], LEVELS[0], LEVELS[1], LEVELS[2]]);
    const note = parseNote(app.witnessing!.newest('SEALED')!.note)!;
    expect(note.signatures.map(({ name }) => name)).toEqual([
      originOf('32'),
      'delta-hub.cn/witness/31',
      'delta-hub.cn/witness/33',
      'delta-hub.cn/witness/34',
    ]);
    const checkpoint = await fetch(`${app.url}/ledger/checkpoint`);
    expect(await checkpoint.text()).toBe(app.witnessing!.newest('SEALED')!.note);
  });

  it('is cosigned again every minute though nothing happens, and keeps its first time', async () => {
    await four.append('32', 1);
    const { app, pace } = four.node('32');
    await pace.pass(1_000);
    const before = app.witnessing!.witnessedAt(1);
    const asked = app.witnessing!.health().witnesses.map(({ size }) => size);
    await pace.pass(60_000);
    expect([asked, app.witnessing!.witnessedAt(1)]).toEqual([[1, 1, 1], before]);
  });

  it('that grew while its witnesses were away is brought to them from the size that they have', async () => {
    await four.append('32', 3);
    await four.node('32').pace.pass(1_000);
    await four.node('33').app.close();
    await four.append('32', 5);
    await four.node('32').pace.pass(1_000);
    await four.open('33');
    await four.append('32', 300);
    four.introduce();
    await four.node('32').pace.pass(1_000);
    expect(levelOf('32')).toBe('SEALED');
  });
});

describe('a log whose two databases are put back from a backup', () => {
  const backup = async (): Promise<{ restore(): void; remove(): void }> => {
    const copy = mkdtempSync(join(tmpdir(), 'delta-hub-backup-'));
    const { sample, app } = four.node('32');
    await app.close();
    cpSync(sample.directory, copy, { recursive: true });
    await four.open('32');
    four.introduce();
    return {
      restore: () => {
        for (const name of DATABASES) rmSync(join(sample.directory, name), { force: true });
        cpSync(copy, sample.directory, { recursive: true, filter: (file) => !file.includes('witness') });
      },
      remove: () => rmSync(copy, { recursive: true }),
    };
  };

  it('is refused at the start by what a witness remembers', async () => {
    await four.append('32', 3);
    const old = await backup();
    await four.append('32', 2);
    await four.node('32').pace.pass(1_000);
    await four.node('32').app.close();
    old.restore();
    await expect(four.open('32', undefined, four.urls)).rejects.toMatchObject({
      code: 'LEDGER_BEHIND_WITNESS',
      evidence: { expected: '5 entries or more', found: '3' },
    });
    old.remove();
    await four.open('32');
  });

  it('is stopped at the first push when its witnesses were away at the start, with another root as well', async () => {
    await four.append('32', 3);
    const old = await backup();
    await four.append('32', 2);
    await four.node('32').pace.pass(1_000);
    await four.node('32').app.close();
    old.restore();
    const { sample } = four.node('32');
    sample.forgetAfter(3);
    await four.open('32');
    await four.append('32', 4);
    four.introduce();
    await four.node('32').pace.pass(1_000);
    expect(four.node('32').app.sequencer.fault).toMatchObject({ code: 'LOG_FORKED' });
    expect(levelOf('32')).toBe('LOCAL');
    await sample.append(1);
    await expect(four.node('32').app.sequencer.waitFor(8n)).rejects.toMatchObject({ code: 'LOG_FORKED' });
    old.remove();
  });
});

describe('a history that was rewritten and signed again with the keys of its node', () => {
  it('is told by the cosigned heads beside it, without them by nothing; and refused by whoever asks the witnesses', async () => {
    await four.append('32', 5);
    await four.node('32').pace.pass(1_000);
    const { sample, app } = four.node('32');
    await app.close();
    // Who has the machine has the keys: other events, and a log that holds just these.
    for (const name of DATABASES) rmSync(join(sample.directory, name), { force: true });
    sample.forgetAfter(2);
    await four.open('32');
    await four.append('32', 4);
    await four.node('32').app.close();
    const source = { directory: sample.directory, eventStore: sample.store };
    expect(await verifyLedger(source, sample.trust)).toMatchObject({
      ok: false,
      fault: { what: 'HEAD_ROOT', position: 4 },
    });
    rmSync(join(sample.directory, 'witness.db'));
    expect(await verifyLedger(source, sample.trust)).toMatchObject({ ok: true, size: 6, counts: { entries: 6 } });

    await expect(four.open('32', undefined, four.urls)).rejects.toMatchObject({
      code: 'LOG_FORKED',
      evidence: { position: 4 },
    });

    // Its witnesses away, it starts; what it exports nobody vouches for, and nobody ever will.
    await four.open('32');
    const files = mkdtempSync(join(tmpdir(), 'delta-hub-files-'));
    await exportLog(sample.directory, files);
    const report = await verifyLedger({ files }, sample.trust);
    expect(report).toMatchObject({ ok: true, size: 6, standing: { level: 'LOCAL' } });
    four.introduce();
    await four.node('31').pace.pass(60_000);
    expect(four.node('31').app.witnessing!.isFrozen('32')).toBe(true);
    rmSync(files, { recursive: true });
  });
});

describe('a head signed with a stolen ledger key', () => {
  it('is found by gossip, proved, and stops the acceptance of that node until it is settled', async () => {
    await four.append('32', 3);
    await four.node('32').pace.pass(1_000);
    const { sample } = four.node('32');
    const signer = headSigner(trustedHistory(sample.trust, '32'), '32', sample.keys.ledgerKey);
    const root = new Uint8Array(32).fill(7);
    const forged = signNote(formatTreeHead({ origin: originOf('32'), size: 4, root }), signer);
    // Shown to 34 only, which has never seen the log: it starts from nothing there.
    await four.node('34').app.close();
    rmSync(join(four.node('34').sample.directory, 'witness.db'));
    await four.open('34');
    const shown = await fetch(`${four.node('34').app.url}/witness/add-checkpoint`, {
      method: 'POST',
      body: `old 0\n\n${forged}`,
    });
    expect(shown.status).toBe(200);
    await four.append('32', 4);
    await four.node('32').pace.pass(1_000);
    four.introduce();
    const raised: string[] = [];
    four.node('31').app.witnessing!.onFork(({ node }) => Promise.resolve(void raised.push(node)));
    await four.node('31').pace.pass(60_000);
    const { witnessing } = four.node('31').app;
    expect([witnessing!.isFrozen('32'), witnessing!.isFrozen('33'), raised]).toEqual([true, false, ['32']]);
    const proof = parseForkProof(witnessing!.forks()[0]!.proof)!;
    expect(verifyForkProof(sha256Tree, proof, headVerifiers(trustedHistory(sample.trust, '32'), '32'))).toBe(true);
    const served = (await (await fetch(`${four.node('31').app.url}/witness/forks`)).json()) as { forks: unknown[] };
    expect(served.forks).toHaveLength(1);
    const settled: string[] = [];
    witnessing!.onSettled(() => Promise.resolve(void settled.push('told')));
    const how = {
      forked: '32',
      at: '2025-03-11T01:30:00.000Z',
      reason: 'the key was stolen; a new one is in the list',
    };
    expect(settleForks(four.node('31').sample.directory, how)).toBe(1);
    await witnessing!.gossip();
    expect([witnessing!.isFrozen('32'), settled]).toEqual([false, ['told']]);
    expect(witnessing!.forks()[0]!.settled).toEqual({ at: how.at, reason: how.reason });
  });
});
