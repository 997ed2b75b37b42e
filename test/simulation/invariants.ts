import { actsOf, answerableIntervals, type Interval } from '@delta-hub/handoff';
import { personFacts } from '@delta-hub/handoff-app';
import type { Case } from './officers.js';
import type { NODES, SimulatedNode, World } from './world.js';

interface Told {
  readonly node: string;
  readonly factIds: readonly string[];
}

/** What does not hold in a world that has healed, in words, and how much there was to check. */
export const broken = (
  world: World,
  cases: readonly Case[],
  told: readonly Told[],
): {
  readonly broken: readonly string[];
  readonly facts: number;
  readonly types: Readonly<Record<string, number>>;
} => {
  const nodes = [...world.nodes.values()];
  const transfers = new Map(
    cases.flatMap(({ personId }) =>
      nodes.flatMap(({ handoff }) =>
        handoff.readModels.transfersOfPerson(personId).map((one) => [one.id, one] as const),
      ),
    ),
  );
  return {
    broken: [
      ...nodes.flatMap(refusals),
      ...told.flatMap((answer) => lost(world, answer)),
      ...[...transfers.keys()].flatMap((id) => divergence(world, id)),
      ...cases.flatMap((one) => answerability(world, one)),
    ],
    facts: nodes.reduce(
      (sum, node) => sum + [...transfers.keys()].flatMap((id) => node.handoff.readModels.factsOfStream(id)).length,
      0,
    ),
    types: countBy([...transfers.values()].flatMap(({ facts }) => actsOf(facts).map(({ type }) => type))),
  };
};

const countBy = (types: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set(types)].sort().map((type) => [type, types.filter((each) => each === type).length]));

/** Nobody did anything that another node must refuse. */
const refusals = ({ name, handoff }: SimulatedNode): readonly string[] =>
  handoff.readModels
    .refusals(undefined, 100)
    .map(({ record }) => `node ${name} refused a record of a peer: ${record.check} ${record.detail}`);

/** What an officer was told is recorded is there, once. */
const lost = (world: World, { node, factIds }: Told): readonly string[] =>
  factIds
    .filter((id) => world.node(node as (typeof NODES)[number]).handoff.readModels.fact(id) === undefined)
    .map((id) => `node ${node} told an officer that ${id} is recorded, and it is not`);

/** Both sides of a transfer hold the same facts, byte for byte and once each, and read the same out of them. */
const divergence = (world: World, id: string): readonly string[] => {
  const views = [...world.nodes.values()].flatMap(({ name, handoff }) => {
    const summary = handoff.readModels.transfer(id);
    if (summary === undefined) return [];
    const facts = handoff.readModels.factsOfStream(id);
    const acts = facts.map(actOf);
    const doubled = acts.filter((act, index) => acts.indexOf(act) !== index);
    return [
      {
        name,
        doubled,
        bytes: facts
          .map(({ jws }) => jws)
          .toSorted()
          .join(' '),
        read: JSON.stringify([summary.status, summary.dues]),
      },
    ];
  });
  const [first] = views;
  return views.flatMap(({ name, doubled, bytes, read }) => [
    ...doubled.map((type) => `node ${name} holds ${type} of ${id} twice`),
    ...(bytes === first?.bytes ? [] : [`nodes ${first?.name ?? ''} and ${name} hold other facts of ${id}`]),
    ...(read === first?.read
      ? []
      : [`nodes ${first?.name ?? ''} and ${name} read ${id} differently: ${first?.read ?? ''} ${read}`]),
  ]);
};

/** What a fact says, whoever signed it and when: the same thing said twice is a fact doubled. */
const actOf = ({ type, jws }: { readonly type: string; readonly jws: string }): string => {
  const { data } = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as { data: object };
  return `${type} ${JSON.stringify({ ...data, occurredAt: '', actor: '', documents: '' })}`;
};

/**
 * From the first known instant on exactly one agency answers, at every instant: the intervals of all facts together
 * follow each other without gap or overlap. A node knows some of them, and none of its own: what it has not heard of is
 * only what came after the last that it knows.
 */
const answerability = (world: World, { personId }: Case): readonly string[] => {
  const byNode = [...world.nodes.values()].map(({ name, handoff }) => ({
    name,
    facts: personFacts(handoff.readModels, personId),
  }));
  const all = new Map(byNode.flatMap(({ facts }) => facts).map((fact) => [JSON.stringify(fact), fact]));
  const truth = answerableIntervals([...all.values()]);
  const isKnown = ({ agency, from, until }: Interval): boolean =>
    truth.some((one) => one.agency === agency && one.from === from && (until === undefined || one.until === until));
  return [
    ...truth.flatMap(({ until }, index) =>
      until === truth[index + 1]?.from ? [] : [`${personId}: a gap or an overlap after ${until ?? 'now'}`],
    ),
    ...byNode.flatMap(({ name, facts }) =>
      answerableIntervals(facts)
        .filter((interval) => !isKnown(interval))
        .map(
          (interval) =>
            `node ${name} alone says of ${personId}: ${JSON.stringify(interval)}, not ${JSON.stringify(truth)}`,
        ),
    ),
  ];
};
