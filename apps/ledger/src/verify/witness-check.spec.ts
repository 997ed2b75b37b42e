import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { FourWitnesses } from '../testing/sample-witnesses.js';
import { PUSH_EVERY_MS } from '../witness/head-publisher.js';
import type { LedgerReport } from './report.js';
import { verifyLedger } from './verify-ledger.js';

const four = FourWitnesses.forEachTest();

beforeEach(async () => {
  await four.append('32', 3);
  await four.node('32').pace.pass(PUSH_EVERY_MS);
  await four.append('32', 2);
});

const fileOf = (name: string, node = '32'): string => join(four.node(node).sample.directory, name);

const verify = (node = '32'): Promise<LedgerReport> => {
  const { directory, store, trust } = four.node(node).sample;
  return verifyLedger({ directory, eventStore: store }, trust);
};

const change = (sql: string, node = '32', name = 'witness.db'): void => {
  const db = new DatabaseSync(fileOf(name, node));
  db.exec(sql);
  db.close();
};

const SPOILT = 'CAST(substr(first_signature, 1, 71) || zeroblob(1) AS BLOB)';

describe('what the witnesses said, in the directory of a node', () => {
  it('gives the newest head its standing', async () => {
    expect(await verify()).toMatchObject({ ok: true, size: 5, standing: { level: 'LOCAL', witnessedAt: undefined } });
    await four.node('32').pace.pass(PUSH_EVERY_MS);
    const witnessedAt = '2025-03-10T01:30:00.000Z';
    expect(await verify()).toMatchObject({ ok: true, size: 5, standing: { level: 'SEALED', witnessedAt } });
  });

  it.each<[string, string, object]>([
    ['a head of another root', 'UPDATE own_heads SET root = zeroblob(32)', { what: 'HEAD_NOTE', position: 2 }],
    ['a note that was changed', `UPDATE own_heads SET note = note || 'x'`, { what: 'HEAD_NOTE', position: 2 }],
    ['a head of nothing', 'UPDATE own_heads SET size = -1', { what: 'COSIGNATURE' }],
    ['cosignatures without their head', 'DELETE FROM own_heads', { what: 'COSIGNATURE', position: 2 }],
    ['a cosignature', `UPDATE cosignatures SET first_signature = ${SPOILT}`, { what: 'COSIGNATURE', position: 2 }],
    ['a time', 'UPDATE cosignatures SET first_time = first_time - 1', { what: 'COSIGNATURE', position: 2 }],
    ['the time of a head', 'UPDATE own_heads SET witnessed_at = 1', { what: 'COSIGNATURE', position: 2 }],
    ['a level that nobody gave', `DELETE FROM cosignatures WHERE witness LIKE '%/31'`, { what: 'COSIGNATURE' }],
    ['a row that cannot be read', `UPDATE own_heads SET size = 9223372036854775807`, { what: 'COSIGNATURE' }],
    ['a view', 'CREATE VIEW more AS SELECT 1 AS one', { what: 'FILE' }],
    [
      'a fork that is none',
      `INSERT INTO forks VALUES ('x', 'delta-hub.cn/ledger/31', '{}', 'now', NULL, NULL)`,
      { what: 'FILE' },
    ],
  ])('%s is found', async (_, sql, fault) => {
    change(sql);
    expect(await verify()).toMatchObject({ ok: false, size: 0, root: undefined, fault });
  });

  it('a head that was cosigned and that the log has no more is found', async () => {
    await four.node('32').app.close();
    change('DELETE FROM heads WHERE size = 3', '32', 'ledger.db');
    expect(await verify()).toMatchObject({
      ok: false,
      fault: { what: 'HEAD_SIZE', position: 2, expected: 'a head of 3, which was cosigned', found: 'none' },
    });
  });

  it('a head that this node cosigned for another is found when it is not what that signed', async () => {
    change('UPDATE witnessed SET size = size - 1', '31');
    expect(await verify('31')).toMatchObject({
      ok: false,
      fault: { what: 'HEAD_NOTE', expected: 'a signed head of delta-hub.cn/ledger/32' },
    });
  });

  it('a file that is none is found, one that is not there is no fault', async () => {
    await four.node('32').app.close();
    writeFileSync(fileOf('witness.db'), 'no database at all');
    for (const more of ['-wal', '-shm']) rmSync(fileOf(`witness.db${more}`), { force: true });
    expect(await verify()).toMatchObject({ fault: { what: 'FILE' } });
    rmSync(fileOf('witness.db'));
    expect(await verify()).toMatchObject({ ok: true, standing: { level: 'LOCAL' } });
  });

  it('a history that was written anew and signed with the stolen key is not the one that was cosigned', async () => {
    const { app, sample } = four.node('32');
    await four.append('32', 1);
    await four.node('32').pace.pass(PUSH_EVERY_MS);
    await app.close();
    copyFileSync(fileOf('witness.db'), fileOf('kept'));
    for (const name of ['ledger.db', 'lock.db', 'witness.db']) rmSync(fileOf(name));
    sample.events.all.splice(0);
    await sample.append(7);
    await four.open('32', sample);
    await four.node('32').app.sequencer.waitFor((await sample.store.head())!);
    await four.node('32').app.close();
    expect(await verify()).toMatchObject({ ok: true, size: 7 });
    copyFileSync(fileOf('kept'), fileOf('witness.db'));
    expect(await verify()).toMatchObject({ ok: false, fault: { what: 'HEAD_ROOT', position: 2 } });
  });
});
