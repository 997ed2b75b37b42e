import { DatabaseSync } from 'node:sqlite';
import type { WorklistRow } from '@delta-hub/handoff';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DUTY_SCHEMA, type DutyRow, DutyTable } from './duty-table.js';

let db: DatabaseSync;
let duties: DutyTable;
beforeEach(() => {
  db = new DatabaseSync(':memory:');
  db.exec(DUTY_SCHEMA);
  duties = new DutyTable(db, (county) => [county, 'city-320500', 'prov-320000']);
});

const duty = (transferId: string, day: string, county: string, step: WorklistRow['step'] = 'REPLY'): WorklistRow => ({
  ...{ transferId, step, agency: county, owedBy: 'agency', ruleId: `${step}@2020.1` },
  due: `2025-03-${day}T16:00:00.000Z`,
  chain: [county, 'city-320500', 'prov-320000'],
});
const rowOf = ({ chain: _chain, ...row }: WorklistRow): DutyRow => ({ about: '', recipient: null, ...row });
const namesOf = (rows: readonly DutyRow[]): readonly string[] =>
  rows.map(({ transferId, step }) => `${transferId} ${step}`);

describe('the worklist', () => {
  it('shows a county its duties, and a city and a province those of all below, the most urgent first', () => {
    duties.put('t-1', [duty('t-1', '18', 'cca-320509')], false);
    duties.put('t-2', [duty('t-2', '17', 'cca-320583'), duty('t-2', '19', 'cca-320583', 'DECISION')], false);
    expect(namesOf(duties.of('cca-320509', undefined, 10))).toEqual(['t-1 REPLY']);
    expect(namesOf(duties.of('city-320500', undefined, 10))).toEqual(['t-2 REPLY', 't-1 REPLY', 't-2 DECISION']);
    expect(duties.of('prov-320000', undefined, 10)).toEqual(duties.of('city-320500', undefined, 10));
    expect(duties.of('cca-310118', undefined, 10)).toEqual([]);
  });

  it('goes on after a row without gap or double, also among duties of one instant', () => {
    for (const id of ['t-1', 't-2', 't-3', 't-4', 't-5']) duties.put(id, [duty(id, '18', 'cca-320509')], false);
    const pages = [];
    for (
      let after: DutyRow | undefined, rows;
      (rows = duties.of('cca-320509', after, 2)).length > 0;
      after = rows.at(-1)
    )
      pages.push(namesOf(rows));
    expect(pages).toEqual([['t-1 REPLY', 't-2 REPLY'], ['t-3 REPLY', 't-4 REPLY'], ['t-5 REPLY']]);
  });

  it('between two pages the list may change: what was open all the time is shown once, whatever came and went', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 20 }),
        fc.array(
          fc.record({
            id: fc.integer({ min: 41, max: 60 }),
            day: fc.integer({ min: 10, max: 28 }),
            isDone: fc.boolean(),
          }),
        ),
        fc.integer({ min: 1, max: 5 }),
        (lasting, changes, size) => {
          db.exec('DELETE FROM duty_of; DELETE FROM duties');
          for (const n of lasting)
            duties.put(`t-${n}`, [duty(`t-${n}`, String(10 + (n % 18)), 'cca-320509')], false);
          const shown: DutyRow[] = [];
          for (
            let after: DutyRow | undefined, rows;
            (rows = duties.of('city-320500', after, size)).length > 0;
            after = rows.at(-1)
          ) {
            shown.push(...rows);
            const change = changes.shift();
            if (change === undefined) continue;
            const { id, day, isDone } = change;
            duties.put(`t-${id}`, isDone ? [] : [duty(`t-${id}`, String(day), 'cca-320509')], false);
          }
          const ofLasting = shown
            .map(({ transferId }) => transferId)
            .filter((id) => lasting.includes(Number(id.slice(2))));
          expect(ofLasting.toSorted()).toEqual(lasting.map((n) => `t-${n}`).toSorted());
          expect(shown.map(({ due }) => due)).toEqual(shown.map(({ due }) => due).toSorted());
        },
      ),
    ));

  it('shows sealed cases only where they are asked for', () => {
    duties.put('t-1', [duty('t-1', '18', 'cca-320509')], true);
    duties.put('t-2', [duty('t-2', '19', 'cca-320509')], false);
    expect(namesOf(duties.of('cca-320509', undefined, 10))).toEqual(['t-2 REPLY']);
    expect(namesOf(duties.of('cca-320509', undefined, 10, true))).toEqual(['t-1 REPLY', 't-2 REPLY']);
  });

  it('forgets what a case no longer owes', () => {
    duties.put('t-1', [duty('t-1', '18', 'cca-320509')], false);
    duties.put('t-1', [duty('t-1', '20', 'cca-320509', 'DECISION')], false);
    expect(namesOf(duties.of('prov-320000', undefined, 10))).toEqual(['t-1 DECISION']);
    duties.put('t-1', [], false);
    expect(duties.of('prov-320000', undefined, 10)).toEqual([]);
  });

  it("shows a duty that now is another agency's as that one's alone, and leaves what is the same", () => {
    const unchanged = duty('t-1', '20', 'cca-320509', 'DECISION');
    duties.put('t-1', [duty('t-1', '18', 'cca-320509'), unchanged], false);
    duties.put('t-1', [duty('t-1', '18', 'cca-320583'), unchanged], false);
    expect(namesOf(duties.of('cca-320509', undefined, 10))).toEqual(['t-1 DECISION']);
    expect(namesOf(duties.of('cca-320583', undefined, 10))).toEqual(['t-1 REPLY']);
    expect(duties.of('prov-320000', undefined, 10)).toEqual([rowOf(duty('t-1', '18', 'cca-320583')), rowOf(unchanged)]);
  });

  it('finds a page by its index alone, however many duties there are', () => {
    const plan = db
      .prepare(
        `EXPLAIN QUERY PLAN SELECT o.due FROM duty_of o JOIN duties d ON d.transfer = o.transfer AND d.step = o.step AND d.due = o.due
         WHERE o.agency = 'a' AND (o.due, o.transfer, o.step) > ('', '', '') ORDER BY o.due, o.transfer, o.step LIMIT 20`,
      )
      .all()
      .map((row) => String(row['detail']));
    expect(plan.filter((step) => !step.startsWith('SEARCH'))).toEqual([]);
  });
});
