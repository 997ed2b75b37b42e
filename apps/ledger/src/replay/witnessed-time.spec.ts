import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, it } from '@jest/globals';
import { FourWitnesses } from '../testing/sample-witnesses.js';
import { PUSH_EVERY_MS } from '../witness/head-publisher.js';
import { replayDirectory } from './replay-directory.js';
import type { AsOf } from './replay.js';

/** The clocks of all nodes stand here. */
const NOW = '2025-03-10T01:30:00.000Z';
const BEFORE = '2025-03-10T01:29:59.999Z';
const four = FourWitnesses.forEachTest();

beforeEach(async () => {
  await four.append('32', 3);
  await four.node('32').pace.pass(PUSH_EVERY_MS);
  await four.append('32', 2);
});

/** As the running node answers, and as its directory does. */
const momentsAsOf = async (asOf: AsOf): Promise<unknown[]> => {
  const { app, sample } = four.node('32');
  const url = `${app.url}/ledger/replay.ndjson?as-of=${asOf}`;
  const text = await (await fetch(url, { headers: { authorization: 'Bearer inspector' } })).text();
  const { size, rule } = JSON.parse(text.split('\n', 1)[0]!) as { size: unknown; rule: unknown };
  const replayed = replayDirectory(sample.directory, sample.trust, { scope: { kind: 'WHOLE' }, asOf });
  replayed.close();
  const levels = [1, 3, 4].map((one) => replayed.levelOf(one));
  return [[size, rule], [replayed.moment.size, replayed.moment.rule], levels];
};

const change = (sql: string): void => {
  const db = new DatabaseSync(join(four.node('32').sample.directory, 'witness.db'));
  db.exec(sql);
  db.close();
};

it('an instant is that of the largest head that was witnessed by then', async () => {
  const levels = ['SEALED', 'SEALED', 'LOCAL'];
  expect(await momentsAsOf(NOW)).toEqual([[3, 'WITNESSED_TIME'], [3, 'WITNESSED_TIME'], levels]);
  expect(await momentsAsOf('2030-01-01T00:00:00.000Z')).toEqual([[3, 'WITNESSED_TIME'], [3, 'WITNESSED_TIME'], levels]);
  expect(await momentsAsOf(BEFORE)).toEqual([[0, 'WITNESSED_TIME'], [0, 'WITNESSED_TIME'], levels]);
  await four.node('32').pace.pass(PUSH_EVERY_MS);
  expect((await momentsAsOf(NOW))[0]).toEqual([5, 'WITNESSED_TIME']);
});

it('where nobody witnessed anything, the signers’ time is all there is', async () => {
  change('DELETE FROM cosignatures');
  change('DELETE FROM own_heads');
  expect((await momentsAsOf(NOW)).slice(0, 2)).toEqual([
    [5, 'EVENT_TIME'],
    [5, 'EVENT_TIME'],
  ]);
});

it('one cosignature does not make a time, whatever the file says of the level', async () => {
  change("DELETE FROM cosignatures WHERE witness NOT LIKE '%/31'");
  expect((await momentsAsOf(NOW)).slice(0, 2)).toEqual([
    [5, 'EVENT_TIME'],
    [5, 'EVENT_TIME'],
  ]);
});

it.each([
  'UPDATE cosignatures SET first_signature = CAST(substr(first_signature, 1, 71) || zeroblob(1) AS BLOB)',
  "UPDATE own_heads SET note = replace(note, 'ledger/32', 'ledger/33')",
])('a forged file is found: %s', (sql) => {
  change(sql);
  const { sample } = four.node('32');
  expect(() => replayDirectory(sample.directory, sample.trust, { scope: { kind: 'WHOLE' }, asOf: NOW })).toThrow(
    expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
  );
});
