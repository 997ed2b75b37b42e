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
 * both give the same answer; before and afterwards each id has its own. Exactly one agency at every instant, as ever; of an id
 * of which nothing else is known, while it is another's.
 */
export const jointIntervals = (own: readonly Interval[], joints: readonly Joint[]): readonly Interval[] => {
  const [first] = own;
  if (first !== undefined && joints.length === 0) return own;
  const ends = joints.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until]));
  const starts = [own, ...joints.map(({ other }) => other)].flat().map(({ from }) => from);
  const instants = [...new Set([...starts, ...ends])].filter((at) => first === undefined || at >= first.from).sort();
  const holders = instants.map((from) => ({ from, agency: holderAt(own, joints, from) }));
  const changes = holders.filter(({ agency }, index) => agency !== holders[index - 1]?.agency);
  return changes.flatMap(({ agency, from }, index) => {
    const until = changes[index + 1]?.from;
    // Of an id of which nothing is known but that it was another one's for a time, nobody answered before and afterwards.
    if (agency === undefined) return [];
    return [until === undefined ? { agency, from } : { agency, from, until }];
  });
};

const holderAt = (own: readonly Interval[], joints: readonly Joint[], at: Instant): string | undefined => {
  const joint = joints.find(({ from, until }) => from <= at && (until === undefined || at < until));
  const candidates = [own, joint?.other ?? []].flatMap((each) => each.findLast(({ from }) => from <= at) ?? []);
  const [newest] = candidates.toSorted((a, b) =>
    a.from === b.from ? (a.agency < b.agency ? -1 : 1) : a.from > b.from ? -1 : 1,
  );
  return newest?.agency;
};
