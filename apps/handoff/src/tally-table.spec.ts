import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Counted, TALLY_SCHEMA, TallyTable } from './tally-table.js';

let db: DatabaseSync;
let tally: TallyTable;
beforeEach(() => {
  db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE facts(id TEXT); CREATE TABLE refusals(record TEXT); ${TALLY_SCHEMA}`);
  tally = new TallyTable(db);
});
afterEach(() => db.close());

const fact = (source: string, ...recipients: string[]): Counted => ({ source, recipients });

it('tells each peer only of what was there at a position, and of what is meant for it', () => {
  tally.count('31', [fact('31', '31', '32'), fact('31', '31')], 2n);
  tally.count('31', [fact('31', '31', '32', '33'), fact('32', '31', '32')], 4n);
  const told = (peer: string) => [1n, 2n, 3n, 4n, 9n].map((position) => tally.told(peer, position));
  expect({ 32: told('32'), 33: told('33'), 34: told('34') }).toEqual({
    32: [0, 1, 1, 2, 2],
    33: [0, 0, 0, 1, 1],
    34: [0, 0, 0, 0, 0],
  });
});

it('counts of a peer what it meant for this node, not what somebody else has passed on', () => {
  tally.count('31', [fact('32', '31', '32'), fact('32', '32', '33')], 2n);
  tally.count('31', [fact('32', '31', '32')], 3n);
  expect(['32', '33'].map((peer) => tally.taken(peer))).toEqual([2, 0]);
});

it('counts what was refused once, however often it came, and not when it was taken in the end', () => {
  const refused = (id: string) =>
    db
      .prepare('INSERT INTO refusals(record) VALUES(?)')
      .run(JSON.stringify({ refusedSource: 'urn:delta-hub:node:32', refusedId: id }));
  for (const id of ['a', 'a', 'b']) refused(id);
  db.exec(`INSERT INTO refusals(record) VALUES('{"check":"FORM"}')`);
  expect(tally.refused('32')).toBe(2);
  db.exec(`INSERT INTO facts(id) VALUES('b')`);
  expect([tally.refused('32'), tally.refused('33')]).toEqual([1, 0]);
});
