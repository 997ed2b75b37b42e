import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerable, answerableIntervals } from './answerable.js';
import type { Instant } from './instant.js';
import type { PersonFact } from './person-history.js';
import { at, by, personId, wujiang } from './testing/cast.js';
import { histories } from './testing/play.js';
import type { TransferFacts } from './transfer.events.js';

const { actor } = by(wujiang, '2025-01-06 09:00');

const intake = (agency: string, occurredAt: Instant): PersonFact => ({
  caseId: `person-${personId}`,
  event: {
    type: 'person.intake-registered',
    occurredAt,
    actor,
    data: { personId, category: 'Parole', agency, correctionStart: '2025-01-01', correctionEnd: '2026-01-01' },
  },
});

/** An application and, when the person has reported, the report. */
const move = (caseId: string, origin: string, receiving: string, since: Instant, reported?: Instant): PersonFact[] => {
  const data: TransferFacts['transfer.applied'] = {
    ...{ personId, category: 'Parole', origin, receiving, originNode: '32', receivingNode: '31' },
    ...{ answerableSince: since, correctionEnd: '2026-01-01', reason: 'other', documents: [] },
  };
  const applied: PersonFact = { caseId, event: { type: 'transfer.applied', occurredAt: since, actor, data } };
  if (reported === undefined) return [applied];
  return [applied, { caseId, event: { type: 'transfer.person-reported', occurredAt: reported, actor, data: {} } }];
};

const t = (day: number): Instant => at(`2025-01-${String(day).padStart(2, '0')} 09:00`);

describe('who answers for a person', () => {
  it('nobody that is known before the first fact', () => {
    expect(answerableIntervals([])).toEqual([]);
    expect(answerable([intake('A', t(2))], at('2025-01-02 08:59'))).toBeUndefined();
  });

  it('the agency of the intake, for as long as nothing else happens', () =>
    expect(answerableIntervals([intake('A', t(1)), ...move('transfer-1', 'A', 'B', t(1))])).toEqual([
      { agency: 'A', from: t(1) },
    ]));

  it('the origin until the report, the receiving agency from that very instant', () => {
    const facts = [intake('A', t(1)), ...move('transfer-1', 'A', 'B', t(1), t(9))];
    expect(answerableIntervals(facts)).toEqual([
      { agency: 'A', from: t(1), until: t(9) },
      { agency: 'B', from: t(9) },
    ]);
    expect(answerable(facts, at('2025-01-09 08:59'))?.agency).toBe('A');
    expect(answerable(facts, t(9))).toEqual({ agency: 'B', from: t(9) });
  });

  it('at the receiving node the same, from the transfer alone', () =>
    expect(answerableIntervals(move('transfer-1', 'A', 'B', t(1), t(9)))).toEqual([
      { agency: 'A', from: t(1), until: t(9) },
      { agency: 'B', from: t(9) },
    ]));

  it('onward and back', () =>
    expect(
      answerableIntervals([
        ...move('transfer-3', 'C', 'A', t(5), t(9)),
        ...move('transfer-1', 'A', 'B', t(1), t(3)),
        ...move('transfer-2', 'B', 'C', t(3), t(5)),
      ]).map(({ agency, from }) => [agency, from]),
    ).toEqual([
      ['A', t(1)],
      ['B', t(3)],
      ['C', t(5)],
      ['A', t(9)],
    ]));

  it('a report whose application is not known yet says nothing yet', () => {
    const [, reported] = move('transfer-1', 'A', 'B', t(1), t(9));
    expect(answerableIntervals([intake('A', t(1)), reported as PersonFact])).toEqual([{ agency: 'A', from: t(1) }]);
  });

  it.each([
    [
      'one hand-over in the instant of the intake',
      [intake('A', t(1)), ...move('transfer-1', 'A', 'B', t(1), t(1))],
      'B',
    ],
    [
      'a chain in one instant',
      [...move('transfer-1', 'B', 'C', t(1), t(1)), ...move('transfer-2', 'A', 'B', t(1), t(1)), intake('A', t(1))],
      'C',
    ],
    [
      'a circle in one instant',
      [...move('transfer-1', 'A', 'B', t(1), t(1)), ...move('transfer-2', 'B', 'A', t(1), t(1))],
      'A',
    ],
    ['two at once', [...move('transfer-1', 'A', 'C', t(1), t(1)), ...move('transfer-2', 'A', 'B', t(1), t(1))], 'B'],
  ])('%s: one agency, no empty interval', (_name, facts, agency) =>
    expect(answerableIntervals(facts)).toEqual([{ agency, from: t(1) }]),
  );

  it('had two intakes ever been stored for a person, the first would count', () =>
    expect(answerableIntervals([intake('A', t(2)), intake('B', t(1))])).toEqual([{ agency: 'A', from: t(2) }]));

  it('G0: 吴江 until the report on 2025-03-24, 青浦 after', () => {
    const facts = histories.completed.map((event) => ({ caseId: 'transfer-1', event }));
    expect(answerableIntervals(facts)).toEqual([
      { agency: 'cca-320509', from: at('2025-01-06 09:00'), until: at('2025-03-24 09:05') },
      { agency: 'cca-310118', from: at('2025-03-24 09:05') },
    ]);
  });
});

describe('for any facts whatever', () => {
  const agency = fc.constantFrom('A', 'B', 'C', 'D');
  const instant = fc.integer({ min: 1, max: 8 }).map(t);
  const moves = fc.array(fc.tuple(agency, agency, instant, fc.option(instant, { nil: undefined })), { maxLength: 6 });
  const someFacts = fc
    .tuple(fc.option(fc.tuple(agency, instant), { nil: undefined }), moves)
    .map(([start, all]) => [
      ...(start === undefined ? [] : [intake(...start)]),
      ...all.flatMap(([origin, receiving, since, reported], index) =>
        move(`transfer-${index}`, origin, receiving, since, reported),
      ),
    ]);

  it('exactly one agency answers from the first known instant on', () =>
    fc.assert(
      fc.property(someFacts, (facts) => {
        const intervals = answerableIntervals(facts);
        intervals.forEach(({ agency, from, until }, index) => {
          expect(until).toBe(intervals[index + 1]?.from);
          expect(until === undefined || from < until).toBe(true);
          expect(agency).not.toBe(intervals[index + 1]?.agency);
        });
        for (const day of [1, 2, 3, 4, 5, 6, 7, 8, 9].map(t)) {
          const holders = intervals.filter(({ from, until }) => from <= day && (until === undefined || day < until));
          const first = intervals[0]?.from;
          expect(holders).toHaveLength(first === undefined || day < first ? 0 : 1);
          expect(answerable(facts, day)).toEqual(holders[0]);
        }
      }),
      { numRuns: 500 },
    ));

  it('order and repetition of the facts change nothing', () =>
    fc.assert(
      fc.property(
        someFacts.chain((facts) =>
          fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray(facts, { minLength: facts.length }),
            fc.shuffledSubarray(facts),
          ),
        ),
        ([facts, shuffled, again]) =>
          expect(answerableIntervals([...shuffled, ...again])).toEqual(answerableIntervals(facts)),
      ),
      { numRuns: 500 },
    ));
});
