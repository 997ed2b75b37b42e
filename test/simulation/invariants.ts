import { createHash } from 'node:crypto';
import type { HubEvent } from '@delta-hub/contracts';
import { fold } from '@delta-hub/decider';
import {
  dueActs,
  dueInstants,
  fileStatusOf,
  hubRules,
  personStatusOf,
  statusOf,
  transferDecider,
  type TransferEvent,
  type TransferSummary,
  upcast,
} from '@delta-hub/handoff';
import { answering } from './answering.js';
import { sameStatements, toldAndGone } from './merges.js';
import type { Case } from './officers.js';
import { readStores, type StoredFact, type StoredFacts } from './stored-facts.js';
import type { SimulatedNode, World } from './world.js';

/** Facts that an officer was told are recorded. */
export interface Told {
  readonly node: string;
  readonly factIds: readonly string[];
}

/** What does not hold in a world that has healed, in words, and how much there was to check. */
export interface Findings {
  /** Must be empty. */
  readonly broken: readonly string[];
  /** Facts in all stores together. */
  readonly facts: number;
  /** How many acts of each type there were. */
  readonly types: Readonly<Record<string, number>>;
  /** Names the whole history: every signed byte in every store, in its order. */
  readonly history: string;
}

export const check = async (world: World, cases: readonly Case[], told: readonly Told[]): Promise<Findings> => {
  const nodes = [...world.nodes.values()];
  const stored = await readStores(world);
  const distinct = stored.distinct();
  const person = personsOf(stored.all);
  const byPerson = Map.groupBy(stored.all, person);
  const aboutBoth = ({ personId, twin }: Case): ReadonlyMap<string, readonly StoredFact[]> =>
    Map.groupBy(
      [personId, ...(twin === undefined ? [] : [twin.personId])].flatMap((id) => byPerson.get(id) ?? []),
      ({ node }) => node,
    );
  const transfers = new Set(distinct.filter(({ name }) => name.startsWith('transfer.')).map(({ stream }) => stream));
  return {
    broken: [
      ...nodes.flatMap(refusals),
      ...lost(stored, told),
      ...twice(stored),
      ...undelivered(stored, distinct),
      ...nodes.flatMap((node) => unread(node, stored)),
      ...[...transfers].flatMap((id) => divergence(nodes, stored, id)),
      ...cases.flatMap((one) => answering(nodes, one, aboutBoth(one), person)),
      ...sameStatements(nodes, stored.all),
      ...toldAndGone(stored.all),
    ],
    facts: stored.all.length,
    types: countBy(distinct.map(({ name }) => name)),
    history: createHash('sha256')
      .update(stored.all.map(({ node, jws }) => `${node} ${jws}`).join('\n'))
      .digest('hex'),
  };
};

const countBy = (names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(names.toSorted(), (name) => name)].map(([name, all]) => [name, all.length]));

/** Whom a fact is about: a person by their own stream or by a transfer of theirs. */
const personsOf = (facts: readonly StoredFact[]): ((fact: StoredFact) => string) => {
  const ofStream = new Map(
    facts
      .filter(({ name }) => name === 'transfer.applied')
      .map(({ stream, event }) => [stream, (event as HubEvent<'transfer.applied'>).data.personId] as const),
  );
  return ({ stream }) => ofStream.get(stream) ?? stream.replace(/^person-/, '');
};

/** Nobody did anything that another node must refuse, and nothing waits any more. */
const refusals = ({ name, handoff }: SimulatedNode): readonly string[] => [
  ...handoff.readModels
    .refusals(undefined, 100)
    .map(({ record }) => `node ${name} refused a record of a peer: ${record.check} ${record.detail}`),
  ...(handoff.health.heldRecords() === 0 ? [] : [`${handoff.health.heldRecords()} records still wait at node ${name}`]),
];

/** What an officer was told is recorded is there. */
const lost = ({ all }: StoredFacts, told: readonly Told[]): readonly string[] => {
  const held = new Set(all.map(({ node, id }) => `${node} ${id}`));
  return told
    .flatMap(({ node, factIds }) => factIds.map((id) => `${node} ${id}`))
    .filter((fact) => !held.has(fact))
    .map((fact) => `an officer was told that a fact is recorded, and it is not: ${fact}`);
};

/** No fact stands twice in a store, under one id or under two. */
const twice = ({ all }: StoredFacts): readonly string[] => [
  ...repeated(all.map(({ node, id }) => `${node}: fact ${id}`)),
  ...repeated(all.map((fact) => `${fact.node}: ${actOf(fact)}`)),
];

const repeated = (texts: readonly string[]): readonly string[] =>
  [...Map.groupBy(texts, (text) => text)].filter(([, all]) => all.length > 1).map(([text]) => `twice at node ${text}`);

/** What a fact says, whoever signed it and when: the same thing said twice is a fact doubled. */
const actOf = ({ stream, name, event }: StoredFact): string => {
  // Two ids may be merged, taken apart and merged again.
  const { occurredAt } = name.startsWith('person.') ? event.data : { occurredAt: '' };
  return `${name} of ${stream} ${JSON.stringify({ ...event.data, occurredAt, actor: '', documents: '' })}`;
};

/** Every fact is with every node that is to have it, as the bytes that were signed. */
const undelivered = ({ all }: StoredFacts, distinct: readonly StoredFact[]): readonly string[] => {
  const held = new Map(all.map(({ node, id, jws }) => [`${node} ${id}`, jws]));
  return distinct.flatMap(({ id, name, stream, event, jws }) =>
    event.recipients
      .split(',')
      .filter((node) => held.get(`${node} ${id}`) !== jws)
      .map((node) => `node ${node} does not hold ${name} of ${stream} as it was signed`),
  );
};

/** The read models of a node hold what its store holds, no more and no less. */
const unread = ({ name: node, handoff }: SimulatedNode, stored: StoredFacts): readonly string[] => {
  const facts = stored.all.filter((fact) => fact.node === node);
  return facts
    .filter(({ id, jws }) => handoff.readModels.fact(id)?.jws !== jws)
    .map(({ name, stream }) => `the read models of node ${node} do not show ${name} of ${stream}`);
};

/**
 * Both sides of a transfer read the same out of it, limits and verdicts included, which is what the bare fold of the stored
 * facts gives; and nothing that was due by now is missing.
 */
const divergence = (nodes: readonly SimulatedNode[], stored: StoredFacts, id: string): readonly string[] => {
  const views = nodes.flatMap((node) => {
    const facts = stored.of(node.name, id);
    return facts.length === 0 ? [] : [{ node, facts, summary: node.transfer(id) }];
  });
  const [first] = views;
  if (first === undefined) return [];
  const state = fold(
    transferDecider,
    first.facts.map(({ event }) => upcast(event.type, event.data) as TransferEvent),
  );
  const expected = JSON.stringify([
    ...[statusOf(state), fileStatusOf(state), personStatusOf(state)],
    dueInstants(state, hubRules),
  ]);
  return views.flatMap(({ node, summary }) => {
    const read = JSON.stringify(summary && [summary.status, summary.fileStatus, summary.personStatus, summary.dues]);
    return [
      ...(read === expected ? [] : [`node ${node.name} reads ${id} otherwise than its facts: ${read} ${expected}`]),
      ...(summary === undefined ? [] : overdue(node, summary)),
    ];
  });
};

/** The verdicts that a node owes by its own clock and has not given. */
const overdue = (node: SimulatedNode, { id, facts, originNode, receivingNode }: TransferSummary): readonly string[] => {
  const { readModels } = node.handoff;
  const transmission = {
    arrivals: readModels.arrivals(id),
    outages: readModels.outagesBetween(originNode, receivingNode),
  };
  const parties = [
    ...(originNode === node.name ? (['origin'] as const) : []),
    ...(receivingNode === node.name ? (['receiving'] as const) : []),
  ];
  return parties
    .flatMap((party) => dueActs(facts, node.now(), hubRules, party, transmission))
    .map((act) => `node ${node.name} has not recorded ${act.type} of ${id}, true since ${act.occurredAt}`);
};
