import { type Instant, type Interval, intervalsOf, jointIntervals, type PersonHistory } from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import { mergePeriodsOf, otherOf } from './merged-persons.js';

/** Everything this node knows about a person: the intake, and what every transfer has come to. */
export const historyOf = (cases: Cases, personId: string): PersonHistory => {
  const intake = cases.person(personId);
  return {
    intakes: intake === undefined ? {} : { [intake.stream]: intake.event },
    transfers: Object.fromEntries(cases.transfersOfPerson(personId).map(({ id, facts }) => [id, facts])),
  };
};

/** Who answered for a person, by this id and while it was merged by the other one. */
export const intervalsOfPerson = (cases: Cases, personId: string): readonly Interval[] => {
  const ownOf = (id: string): readonly Interval[] => intervalsOf(historyOf(cases, id));
  const joints = mergePeriodsOf(cases, personId).map((period) => {
    const { personId: _kept, duplicateId: _duplicate, ...time } = period;
    return { ...time, other: ownOf(otherOf(period, personId)) };
  });
  return jointIntervals(ownOf(personId), joints);
};

export const intervalAtInstant = (intervals: readonly Interval[], at: Instant): Interval | undefined =>
  intervals.findLast(({ from, until }) => from <= at && (until === undefined || at < until));
