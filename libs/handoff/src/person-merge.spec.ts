import { describe, expect, it } from '@jest/globals';
import { fold } from '@delta-hub/decider';
import { specFor } from '@delta-hub/decider/testing';
import { type Joint, jointIntervals } from './joint-intervals.js';
import {
  mergeAdmission,
  mergePeriods,
  type PersonMergeCommand,
  personMergeDecider,
  type PersonMergeEvent,
} from './person-merge.js';
import { approving, at, atWujiang, by, kunshan, paper, personId, qingpu, wujiang } from './testing/cast.js';

const given = specFor(personMergeDecider);
const duplicateId = 'T-320509-0099';
const documents = [paper('proof')];
const clerk = by(wujiang, '2025-03-10 09:00');
const second = approving(by(wujiang, '2025-03-11 09:00'));

const command = (type: PersonMergeCommand['type'], context = clerk, more: object = {}): PersonMergeCommand => ({
  ...{ ...context, type, personId, duplicateId, documents, isTaken: false },
  ...{ person: atWujiang, duplicate: { ...atWujiang, personId: duplicateId } },
  ...more,
});
const event = (type: PersonMergeEvent['type'], { occurredAt, actor } = clerk): PersonMergeEvent => ({
  ...{ type, occurredAt, actor },
  data: { personId, duplicateId, documents },
});
const proposed = event('person.match-proposed');
const merged = event('person.merged', second);
const later = by(wujiang, '2025-03-12 09:00');
const unmerged = event('person.unmerged', later);

describe('G5 (b), two ids of one person', () => {
  it('are proposed by one officer, merged by another, taken apart again, and merged anew', () => {
    given().when(command('ProposeMatch')).then(proposed);
    given(proposed).when(command('MergePersons', second)).then(merged);
    given(proposed, merged).when(command('UnmergePersons', later)).then(unmerged);
    const again = by(wujiang, '2025-03-13 09:00');
    given(proposed, merged, unmerged).when(command('ProposeMatch', again)).then(event('person.match-proposed', again));
  });

  it.each([
    ['SAME_PERSON', undefined, [], command('ProposeMatch', clerk, { duplicateId: personId })],
    ['PERSON_UNKNOWN', undefined, [], command('ProposeMatch', clerk, { duplicate: undefined })],
    ['PERSON_NOT_YOURS', '法22', [], command('ProposeMatch', by(kunshan, '2025-03-10 09:00'))],
    ['ROLE_NOT_PERMITTED', undefined, [], command('ProposeMatch', by(wujiang, '2025-03-10 09:00', 'inspector'))],
    ['EVIDENCE_MISSING', undefined, [], command('ProposeMatch', clerk, { documents: [] })],
    ['OCCURRED_IN_FUTURE', undefined, [], command('ProposeMatch', { ...clerk, now: at('2025-03-10 08:59') })],
    ['MATCH_ALREADY_PROPOSED', undefined, [proposed], command('ProposeMatch', later)],
    ['MATCH_NOT_PROPOSED', undefined, [], command('MergePersons', second)],
    ['FOUR_EYES_REQUIRED', '个保法46', [proposed], command('MergePersons', later)],
    [
      'OCCURRED_BEFORE_CAUSE',
      undefined,
      [proposed],
      command('MergePersons', approving(by(wujiang, '2025-03-10 08:59'))),
    ],
    ['ALREADY_MERGED', undefined, [proposed], command('MergePersons', second, { isTaken: true })],
    ['ALREADY_MERGED', undefined, [proposed, merged], command('ProposeMatch', later)],
    ['NOT_MERGED', undefined, [proposed], command('UnmergePersons', later)],
    ['NOT_MERGED', undefined, [proposed, merged, unmerged], command('UnmergePersons', by(wujiang, '2025-03-13 09:00'))],
    ['PERSON_NOT_YOURS', '法22', [proposed, merged], command('UnmergePersons', by(kunshan, '2025-03-12 09:00'))],
    [
      ...(['PERSONS_IN_DIFFERENT_HANDS', '法27', [proposed]] as const),
      command('MergePersons', second, { duplicate: { ...atWujiang, agency: kunshan.id } }),
    ],
    [
      ...(['PERSON_HAS_OPEN_TRANSFER', undefined, [proposed]] as const),
      command('MergePersons', second, {
        person: { ...atWujiang, openTransferId: 'transfer-1' },
        duplicate: { ...atWujiang, openTransferId: 'transfer-2' },
      }),
    ],
  ] as const)('%s', (code, rule, history, refused) =>
    given(...history)
      .when(refused)
      .thenRejected(rule === undefined ? { code } : { code, rule }),
  );

  it('are one for as long as they are merged', () => {
    const pair = { personId, duplicateId };
    expect(mergePeriods([proposed])).toEqual([]);
    expect(mergePeriods([proposed, merged])).toEqual([{ ...pair, from: merged.occurredAt }]);
    expect(mergePeriods([proposed, merged, unmerged])).toEqual([
      { ...pair, from: merged.occurredAt, until: unmerged.occurredAt },
    ]);
  });
});

describe('who answers for a person of two ids', () => {
  const [start, merge, report, apart] = ['01-06', '03-11', '04-01', '05-01'].map((day) => at(`2025-${day} 09:00`));
  const stays = [{ agency: wujiang.id, from: at('2025-02-01 09:00') }];
  const moves = [
    { agency: wujiang.id, from: start!, until: report! },
    { agency: qingpu.id, from: report! },
  ];
  const joint = (other: Joint['other'], until?: string): Joint[] => [
    { from: merge!, other, ...(until === undefined ? {} : { until }) },
  ];

  it('is the same by both from the merge on; before it each has its own history', () => {
    expect(jointIntervals(moves, joint(stays))).toEqual(moves);
    expect(jointIntervals(stays, joint(moves))).toEqual([
      { agency: wujiang.id, from: at('2025-02-01 09:00'), until: report },
      { agency: qingpu.id, from: report },
    ]);
  });

  it('is each id’s own again once they are taken apart', () =>
    expect(jointIntervals(stays, joint(moves, apart))).toEqual([
      { agency: wujiang.id, from: at('2025-02-01 09:00'), until: report },
      { agency: qingpu.id, from: report, until: apart },
      { agency: wujiang.id, from: apart },
    ]));

  it('is one’s own history where nothing was ever merged', () => expect(jointIntervals(moves, [])).toBe(moves));
});

describe('a partner’s word about two ids', () => {
  const pair = { personId: 'T-320509-0002', duplicateId: 'T-320509-0001', documents: [paper('proof')] };
  const said = (
    type: PersonMergeEvent['type'],
    officer: string,
    local: string,
    agency = wujiang,
  ): PersonMergeEvent => ({
    ...{ type, occurredAt: at(local), data: pair },
    actor: { ...by(agency, local).actor, officerId: officer },
  });
  const proposed = said('person.match-proposed', 'officer-1', '2025-03-10 09:00');
  const merged = said('person.merged', 'officer-2', '2025-03-11 09:00');
  const unmerged = said('person.unmerged', 'officer-1', '2025-03-12 09:00');
  // The receiving node of a transfer of the one id; of the other it knows nothing.
  const known = { person: undefined, duplicate: atWujiang, isTaken: false };
  const after = (...events: PersonMergeEvent[]) => fold(personMergeDecider, events);

  it.each([
    ['of a match', after(), proposed, known, undefined],
    ['of a merge by another officer', after(proposed), merged, known, undefined],
    ['of a merge whose proposal was before the transfer', after(), merged, known, undefined],
    ['of its end', after(proposed, merged), unmerged, known, undefined],
    [
      'by the officer who proposed',
      after(proposed),
      said('person.merged', 'officer-1', '2025-03-11 09:00'),
      known,
      'FOUR_EYES_REQUIRED',
    ],
    [
      'that is merged already',
      after(proposed, merged),
      said('person.merged', 'officer-3', '2025-03-13 09:00'),
      known,
      'ALREADY_MERGED',
    ],
    ['merged with a third', after(), merged, { ...known, isTaken: true }, 'ALREADY_MERGED'],
    [
      'by an agency that does not answer',
      after(),
      said('person.merged', 'officer-2', '2025-03-11 09:00', qingpu),
      known,
      'PERSON_NOT_YOURS',
    ],
    ['of persons of whom nothing is here', after(), merged, { ...known, duplicate: undefined }, 'PERSON_UNKNOWN'],
    ['of the end of no merge', after(proposed), unmerged, known, 'NOT_MERGED'],
    [
      'of the end by another agency',
      after(proposed, merged),
      said('person.unmerged', 'officer-9', '2025-03-12 09:00', qingpu),
      known,
      'PERSON_NOT_YOURS',
    ],
    [
      'of a merge by an agency that answered when it did not know better',
      after(proposed),
      merged,
      { ...known, duplicate: { ...atWujiang, agency: qingpu.id, earlier: [wujiang.id] } },
      undefined,
    ],
    [
      'of a match with an id in other hands',
      after(),
      proposed,
      { ...known, person: atWujiang, duplicate: { ...atWujiang, agency: qingpu.id } },
      undefined,
    ],
    [
      'of a match with an id that is all that is known here, in other hands',
      after(),
      proposed,
      { ...known, person: undefined, duplicate: { ...atWujiang, agency: qingpu.id } },
      undefined,
    ],
    [
      'of a match by who answers for the other one',
      after(),
      proposed,
      { ...known, person: { ...atWujiang, agency: qingpu.id } },
      undefined,
    ],
    [
      'of a match by who answers for neither',
      after(),
      said('person.match-proposed', 'officer-9', '2025-03-10 09:00', qingpu),
      { ...known, person: atWujiang },
      'PERSON_NOT_YOURS',
    ],
    [
      'of a match that crossed that of another agency',
      after(said('person.match-proposed', 'officer-9', '2025-03-10 10:00', qingpu)),
      proposed,
      { ...known, duplicate: { ...atWujiang, agency: qingpu.id, earlier: [wujiang.id] } },
      undefined,
    ],
    ['of a match that crossed a merge', after(merged), proposed, { ...known, isTaken: true }, undefined],
    ['without evidence', after(), { ...merged, data: { ...pair, documents: [] } }, known, 'EVIDENCE_MISSING'],
    [
      'from before the last one',
      after(merged),
      said('person.unmerged', 'officer-1', '2025-03-10 09:00'),
      known,
      'NOT_MERGED',
    ],
    ['of a merge that was lost, and sent again when it had been taken back', after(unmerged), merged, known, undefined],
    [
      'of a merge that was lost, with its end, before another one',
      after(said('person.merged', 'officer-2', '2025-03-14 09:00')),
      merged,
      known,
      undefined,
    ],
    [
      'of a sealed record, by an ordinary officer',
      after(),
      merged,
      { ...known, duplicate: { ...atWujiang, confidentiality: 'MINOR_SEALED' } },
      'PERSON_UNKNOWN',
    ],
  ] as const)('%s', (_, state, act, pairKnown, code) => expect(mergeAdmission(state, act, pairKnown)?.code).toBe(code));

  it('of a match hides no merge, whichever came first', () => {
    const crossing = said('person.match-proposed', 'officer-9', '2025-03-11 10:00', qingpu);
    expect(after(proposed, merged, crossing)).toEqual(after(proposed, crossing, merged));
    expect(mergeAdmission(after(merged, crossing), unmerged, known)).toBeUndefined();
    expect(after(unmerged, proposed, merged)).toEqual(after(proposed, merged, unmerged));
    expect(mergePeriods([unmerged, merged])).toEqual(mergePeriods([merged, unmerged]));
  });
});

describe('an id of which nothing is known but a merge', () => {
  it('has one answer at a time, also where the two were merged twice over', () => {
    const [early, late] = [at('2025-03-11 09:00'), at('2025-03-20 09:00')];
    const joints = [
      { from: early, other: own },
      { from: late, until: at('2025-04-01 09:00'), other: own },
    ];
    expect(jointIntervals([], joints)).toEqual(jointIntervals([], joints.slice(0, 1)));
  });

  const own = [
    { agency: 'cca-320509', from: at('2025-01-06 09:00'), until: at('2025-03-24 09:00') },
    { agency: 'cca-310118', from: at('2025-03-24 09:00') },
  ];

  it('has the other’s answers while it lasts, and none before and after', () => {
    expect(jointIntervals([], [{ from: at('2025-03-11 09:00'), other: own }])).toEqual([
      { agency: 'cca-320509', from: at('2025-03-11 09:00'), until: at('2025-03-24 09:00') },
      { agency: 'cca-310118', from: at('2025-03-24 09:00') },
    ]);
    expect(jointIntervals([], [{ from: at('2025-03-11 09:00'), until: at('2025-03-12 09:00'), other: own }])).toEqual([
      { agency: 'cca-320509', from: at('2025-03-11 09:00'), until: at('2025-03-12 09:00') },
    ]);
  });
});
