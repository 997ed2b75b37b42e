import {
  actsOf,
  answerableIntervals,
  type Instant,
  type Interval,
  jointIntervals,
  type PersonFact,
} from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import { mergePeriodsOf, otherOf } from './merged-persons.js';

/** Everything this node knows about a person, as the facts of the intake and of every transfer. */
export const personFacts = (cases: Cases, personId: string): readonly PersonFact[] => {
  const intake = cases.person(personId);
  const transfers = cases.transfersOfPerson(personId);
  return [
    ...(intake === undefined ? [] : [{ caseId: intake.stream, event: intake.event }]),
    ...transfers.flatMap(({ id, facts }) => actsOf(facts).map((event) => ({ caseId: id, event }))),
  ];
};

/** Who answered for a person, by this id and while it was merged by the other one. */
export const intervalsOfPerson = (cases: Cases, personId: string): readonly Interval[] => {
  const ownOf = (id: string): readonly Interval[] => answerableIntervals(personFacts(cases, id));
  const joints = mergePeriodsOf(cases, personId).map((period) => {
    const { personId: _kept, duplicateId: _duplicate, ...time } = period;
    return { ...time, other: ownOf(otherOf(period, personId)) };
  });
  return jointIntervals(ownOf(personId), joints);
};

export const intervalAtInstant = (intervals: readonly Interval[], at: Instant): Interval | undefined =>
  intervals.findLast(({ from, until }) => from <= at && (until === undefined || at < until));
