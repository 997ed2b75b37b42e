import type { Interval } from './answerable.js';
import type { Instant } from './instant.js';

/** A time in which another id was the same person, and who answered for that id. */
export interface Joint {
  readonly from: Instant;
  /** Exclusive; absent while it lasts. */
  readonly until?: Instant;
  readonly other: readonly Interval[];
}

/**
 * Who answered for a person by one of two ids. While they are merged the newest hand-over of either id counts for both, so
 * both give the same answer; before and afterwards each id has its own. Exactly one agency at every instant, as ever.
 */
export const jointIntervals = (own: readonly Interval[], joints: readonly Joint[]): readonly Interval[] => {
  const [first] = own;
  // Of this id nothing is known but that it was another one's for a time.
  if (first === undefined) return joints.flatMap(duringJoint);
  if (joints.length === 0) return own;
  const ends = joints.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until]));
  const starts = [own, ...joints.map(({ other }) => other)].flat().map(({ from }) => from);
  const instants = [...new Set([...starts, ...ends])].filter((instant) => instant >= first.from).sort();
  const holders = instants.map((from) => ({ from, agency: holderAt(own, joints, from) }));
  const changes = holders.filter(({ agency }, index) => agency !== holders[index - 1]?.agency);
  return changes.map((change, index) => {
    const until = changes[index + 1]?.from;
    return until === undefined ? change : { ...change, until };
  });
};

/** Who answered for the other id while it was the same person. */
const duringJoint = ({ from, until, other }: Joint): readonly Interval[] =>
  other
    .filter((each) => (each.until === undefined || each.until > from) && (until === undefined || each.from < until))
    .map(({ agency, ...time }) => {
      const ends = [time.until, until].filter((instant) => instant !== undefined).sort();
      const [end] = ends;
      return { agency, from: time.from > from ? time.from : from, ...(end === undefined ? {} : { until: end }) };
    });

const holderAt = (own: readonly Interval[], joints: readonly Joint[], at: Instant): string => {
  const joint = joints.find(({ from, until }) => from <= at && (until === undefined || at < until));
  const candidates = [own, joint?.other ?? []].flatMap((each) => each.findLast(({ from }) => from <= at) ?? []);
  const [newest] = candidates.toSorted((a, b) =>
    a.from === b.from ? (a.agency < b.agency ? -1 : 1) : a.from > b.from ? -1 : 1,
  );
  return newest?.agency ?? '';
};
