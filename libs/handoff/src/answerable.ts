import { fold } from '@delta-hub/decider';
import type { AgencyId } from './agency.js';
import type { Instant } from './instant.js';
import { type PersonFact, type PersonHistory, personHistory } from './person-history.js';

/** 责任机构: the agency that answers for the person from an instant on, until another one does. */
export interface Interval {
  readonly agency: AgencyId;
  readonly from: Instant;
  /** Exclusive; absent while it lasts. */
  readonly until?: Instant;
}

/** A fact that says who answers from an instant on. */
interface Claim {
  readonly agency: AgencyId;
  readonly from: Instant;
  /** The agency handed over from; absent when the fact only says who answered already. */
  readonly handedOverBy?: AgencyId;
}

/**
 * Who answered for the person, oldest first. The intake and each application say who answered already; each report 报到
 * hands over from the origin to the receiving agency (办法 31). A claim holds until the next one, so from the first known
 * fact on there is exactly one answer for every instant, with no gap, no overlap and no empty interval.
 */
export const answerableIntervals = (facts: readonly PersonFact[]): readonly Interval[] =>
  intervalsOf(fold(personHistory, facts));

/** Who answers at an instant; undefined only before the first known fact. */
export const answerable = (facts: readonly PersonFact[], at: Instant): Interval | undefined =>
  intervalAt(answerableIntervals(facts), at);

export const intervalAt = (intervals: readonly Interval[], at: Instant): Interval | undefined =>
  intervals.findLast(({ from }) => from <= at);

/** The same from a folded history. */
export const intervalsOf = (history: PersonHistory): readonly Interval[] => {
  const claims = claimsOf(history);
  const instants = [...new Set(claims.map(({ from }) => from))].sort();
  const holders = instants.map((from) => ({ from, agency: holderAt(claims.filter((claim) => claim.from === from)) }));
  const changes = holders.filter(({ agency }, index) => agency !== holders[index - 1]?.agency);
  return changes.map(({ agency, from }, index) => {
    const next = changes[index + 1];
    return next === undefined ? { agency, from } : { agency, from, until: next.from };
  });
};

const claimsOf = ({ intakes, transfers }: PersonHistory): readonly Claim[] => [
  ...Object.values(intakes).map(({ occurredAt, data }) => ({ agency: data.agency, from: occurredAt })),
  ...Object.values(transfers).flatMap((transfer): readonly Claim[] => {
    const applied = transfer['transfer.applied']?.data;
    const reported = transfer['transfer.person-reported'];
    if (applied === undefined) return [];
    const before = { agency: applied.origin, from: applied.answerableSince };
    if (reported === undefined) return [before];
    return [before, { agency: applied.receiving, from: reported.occurredAt, handedOverBy: applied.origin }];
  }),
];

/**
 * The one that answers when several claims begin at the same instant: a hand-over outranks what was before it, the last of
 * a chain of hand-overs outranks the others. Where even that leaves two, the smaller id does, so that all nodes agree.
 */
const holderAt = (claims: readonly Claim[]): AgencyId => {
  const handOvers = claims.filter(({ handedOverBy }) => handedOverBy !== undefined);
  const ends = handOvers.filter(({ agency }) => !handOvers.some(({ handedOverBy }) => handedOverBy === agency));
  const [candidates = claims] = [ends, handOvers].filter(({ length }) => length > 0);
  return candidates.map(({ agency }) => agency).reduce((smallest, agency) => (agency < smallest ? agency : smallest));
};
