import type { HubEvent } from '@delta-hub/contracts';
import type { Interval } from '@delta-hub/handoff';
import { intervalsOfPerson } from '@delta-hub/handoff-app';
import { type Joint, jointsIn } from './merges.js';
import type { Case } from './officers.js';
import type { StoredFact } from './stored-facts.js';
import type { SimulatedNode } from './world.js';

/** A fact that says who answers from an instant on; a report says who answered until then, too. */
interface Claim {
  readonly agency: string;
  readonly from: string;
  readonly handedOverBy?: string;
}

const claimsOf = (facts: readonly StoredFact[]): readonly Claim[] => {
  const struck = new Set(
    facts
      .filter(({ name }) => name === 'transfer.fact-corrected')
      .flatMap(({ stream, event }) => {
        const { fact, nth = 1, kind } = (event as HubEvent<'transfer.fact-corrected'>).data;
        return kind === 'wrong-document' ? [] : [`${stream} ${fact} ${nth}`];
      }),
  );
  const reported = new Map(
    facts.flatMap(({ name, stream, event }) => {
      if (name !== 'transfer.person-reported') return [];
      const { nth = 1, occurredAt } = (event as HubEvent<'transfer.person-reported'>).data;
      return struck.has(`${stream} ${name} ${nth}`) ? [] : [[stream, occurredAt] as const];
    }),
  );
  return (
    facts
      .flatMap(({ name, stream, event }): readonly Claim[] => {
        if (name === 'person.intake-registered') {
          const { agency, occurredAt: from } = (event as HubEvent<'person.intake-registered'>).data;
          return [{ agency, from }];
        }
        if (name !== 'transfer.applied') return [];
        const { origin, receiving, answerableSince } = (event as HubEvent<'transfer.applied'>).data;
        const at = reported.get(stream);
        const handOver = at === undefined ? [] : [{ agency: receiving, from: at, handedOverBy: origin }];
        return [{ agency: origin, from: answerableSince }, ...handOver];
      })
      // Whoever answers from an instant on has it by the hand-over of that instant.
      .sort((one, other) => {
        if (one.from !== other.from) return one.from < other.from ? -1 : 1;
        return Number(one.handedOverBy === undefined) - Number(other.handedOverBy === undefined);
      })
  );
};

/** Who answered, told from the signed facts of one person without the hub's own fold: each claim holds until the next. */
const told = (claims: readonly Claim[]): readonly Interval[] =>
  claims.reduce<readonly Interval[]>((before, { agency, from }) => {
    const last = before.at(-1);
    if (last === undefined) return [{ agency, from }];
    if (last.agency === agency) return before;
    return [...before.slice(0, -1), { ...last, until: from }, { agency, from }];
  }, []);

/**
 * Who answered for a person by one of two ids: while they were one person, the newest hand-over of either counts. Of an id
 * of which nothing else is known, only what it was as the other's is; of one that is known later, nothing of before.
 */
const toldOfTwo = (
  own: readonly Interval[],
  other: readonly Interval[],
  joints: readonly Joint[],
): readonly Interval[] => {
  const ends = joints.flatMap(({ from, until }) => (until === undefined ? [from] : [from, until]));
  const [first] = own;
  const instants = [...new Set([...own, ...other].map(({ from }) => from).concat(ends))]
    .filter((at) => first === undefined || at >= first.from)
    .sort();
  const intervals = instants.flatMap((from): readonly Interval[] => {
    const isJoint = joints.some((joint) => joint.from <= from && (joint.until === undefined || from < joint.until));
    const answers = [own, ...(isJoint ? [other] : [])].flatMap(
      (each) => each.findLast((one) => one.from <= from) ?? [],
    );
    const newest = answers.toSorted((a, b) =>
      a.from === b.from ? (a.agency < b.agency ? -1 : 1) : a.from > b.from ? -1 : 1,
    );
    return [{ from, agency: newest[0]?.agency ?? '' }];
  });
  return intervals.reduce<readonly Interval[]>((before, { agency, from }) => {
    const last = before.at(-1);
    if (last?.agency === agency && last.until === undefined) return before;
    const ended =
      last === undefined || last.until !== undefined ? before : [...before.slice(0, -1), { ...last, until: from }];
    return agency === '' ? ended : [...ended, { agency, from }];
  }, []);
};

/** Only whoever answers hands a person over. */
const brokenChain = (claims: readonly Claim[]): readonly string[] =>
  claims.flatMap(({ agency, from, handedOverBy }, index) => {
    const holder = claims[index - 1]?.agency;
    return handedOverBy === undefined || handedOverBy === holder
      ? []
      : [`${handedOverBy} handed over to ${agency} at ${from}, and ${holder} answered`];
  });

/** At every instant from the first on exactly one agency answers; where they may end, none from then on. */
export const notOne = (intervals: readonly Interval[], mayEnd = false): readonly string[] => {
  const first = intervals[0]?.from;
  const around = (instant: string) => [-1, 0, 1].map((ms) => new Date(Date.parse(instant) + ms).toISOString());
  const instants = intervals.flatMap(({ from, until }) => [from, ...(until === undefined ? [] : [until])]);
  return [...new Set([...instants.flatMap(around), '2999-01-01T00:00:00.000Z'])]
    .filter((instant) => first !== undefined && instant >= first)
    .flatMap((instant) => {
      const holders = intervals.filter(
        ({ from, until }) => from <= instant && (until === undefined || instant < until),
      );
      return holders.length === 1 || (mayEnd && holders.length === 0)
        ? []
        : [`${holders.length} agencies answer at ${instant}`];
    });
};

/** What a node says of who answers, as it answers its officers. */
const viewOf = ({ handoff }: SimulatedNode, personId: string): readonly Interval[] =>
  intervalsOfPerson(handoff.readModels, personId);

/**
 * What a node says while it does not know everything: one agency at every instant all the same; of an id of which it knows
 * nothing but a merge, only while that lasts.
 */
export const answeringNow = (node: SimulatedNode, personId: string): readonly string[] => {
  const { readModels } = node.handoff;
  const isKnown = readModels.person(personId) !== undefined || readModels.transfersOfPerson(personId).length > 0;
  return notOne(viewOf(node, personId), !isKnown).map((fault) => `node ${node.name} says of ${personId}: ${fault}`);
};

/** Who answers for a person, told from signed facts about them and, where they have one, about their other id. */
const toldOf = ({ personId, twin }: Case, facts: readonly StoredFact[], person: PersonOf): readonly Interval[] => {
  const of = (id: string) => told(claimsOf(facts.filter((fact) => person(fact) === id)));
  return twin === undefined ? of(personId) : toldOfTwo(of(personId), of(twin.personId), jointsIn(facts));
};

/**
 * When everything has arrived: the facts together give one agency at every instant, and only it hands the person over; each
 * node says what its own facts say, and at the beginning of each time it knows of it is right. `facts` are those of each
 * node about the person and their other id.
 */
export const answering = (
  nodes: readonly SimulatedNode[],
  one: Case,
  facts: ReadonlyMap<string, readonly StoredFact[]>,
  person: PersonOf,
): readonly string[] => {
  const { personId } = one;
  const all = [...new Map([...facts.values()].flat().map((fact) => [fact.id, fact])).values()];
  const truth = toldOf(one, all, person);
  const turns = new Set(jointsIn(all).flatMap(({ from, until }) => [from, until]));
  const holderAt = (instant: string) => truth.findLast(({ from }) => from <= instant)?.agency;
  const claims = claimsOf(all.filter((fact) => person(fact) === personId));
  return [
    ...[...notOne(truth), ...brokenChain(claims)].map((fault) => `${personId}: ${fault}`),
    ...nodes.flatMap((node) => {
      const view = viewOf(node, personId);
      const own = toldOf(one, facts.get(node.name) ?? [], person);
      const isAsTold = JSON.stringify(view.map(plain)) === JSON.stringify(own.map(plain));
      // Where a merge begins or ends, a node need not know how the other id has come to its agency.
      const wrong = view.filter(({ agency, from }) => !turns.has(from) && holderAt(from) !== agency);
      return [
        ...answeringNow(node, personId),
        ...(isAsTold
          ? []
          : [`node ${node.name} says of ${personId} ${JSON.stringify(view)}, its facts ${JSON.stringify(own)}`]),
        ...wrong.map(({ agency, from }) => `node ${node.name} says of ${personId} that ${agency} answers from ${from}`),
      ];
    }),
  ];
};

/** Whose fact it is. */
type PersonOf = (fact: StoredFact) => string;

const plain = ({ agency, from, until }: Interval) => [agency, from, until];
