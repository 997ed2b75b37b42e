import { eventName, type HubEvent } from '@delta-hub/contracts';
import { intervalsOfPerson, type Request } from '@delta-hub/handoff-app';
import { type Case, nodeOfAgency } from './officers.js';
import type { StoredFact } from './stored-facts.js';
import type { SimulatedNode, World } from './world.js';

/** What is said of two ids: that they may be one person, that they are, and that they are not after all. */
const SAYINGS: ReadonlySet<unknown> = new Set(['person.match-proposed', 'person.merged', 'person.unmerged']);

/** A time in which two ids were one person. */
export interface Joint {
  readonly from: string;
  until?: string;
}

const documents = [{ kind: 'other' as const, digest: `sha-256:${'A'.repeat(43)}`, size: 1 }];

/** What an agency says next of two ids of a person, as far as its own node knows; mostly only what it may say. */
export const mergeAct = (
  world: World,
  one: Case,
  twin: Case,
): { readonly request: Request; readonly agencyId: string } | undefined => {
  const { chance } = world;
  const pair = inOrder(one, twin);
  const input = { ...(chance.is(0.1) ? turned(pair) : pair), documents };
  const agencyId = chance.of([one.origin, one.receiving, twin.origin, twin.receiving]);
  const { readModels } = world.node(nodeOfAgency(agencyId)).handoff;
  const last = readModels
    .factsOfStream(`person-${input.personId}`)
    .findLast(({ type }) => SAYINGS.has(eventName(type)));
  const said = last && eventName(last.type);
  if (said === 'person.merged') {
    const by = chance.is(0.9) ? (last?.agency ?? agencyId) : agencyId;
    return chance.is(0.15) ? { request: { type: 'UnmergePersons', input }, agencyId: by } : undefined;
  }
  const holders = [one, twin].map(({ personId }) => intervalsOfPerson(readModels, personId).at(-1)?.agency);
  if (holders.some((agency) => agency !== agencyId) && !chance.is(0.05)) return undefined;
  return { request: { type: said === 'person.match-proposed' ? 'MergePersons' : 'ProposeMatch', input }, agencyId };
};

type Pair = { readonly personId: string; readonly duplicateId: string };

const inOrder = (one: Case, twin: Case): Pair => {
  const [personId = '', duplicateId = ''] = [one.personId, twin.personId].sort();
  return { personId, duplicateId };
};
const turned = ({ personId, duplicateId }: Pair): Pair => ({ personId: duplicateId, duplicateId: personId });

/** Facts in the order in which they were done. */
const inTime = (facts: readonly StoredFact[]): readonly StoredFact[] =>
  facts.toSorted((a, b) => (a.event.data.occurredAt < b.event.data.occurredAt ? -1 : 1));

const sayingsIn = (facts: readonly StoredFact[]): readonly StoredFact[] =>
  facts.filter(({ name }) => SAYINGS.has(name));

/** The times in which two ids were one person, told from signed facts about them, in any order, without the hub's own fold. */
export const jointsIn = (facts: readonly StoredFact[]): readonly Joint[] =>
  [...Map.groupBy(inTime(sayingsIn(facts)), ({ stream }) => stream).values()].flatMap(jointsOf);

const jointsOf = (sayings: readonly StoredFact[]): readonly Joint[] =>
  sayings.reduce<readonly Joint[]>((joints, { name, event }) => {
    const { occurredAt } = (event as HubEvent<'person.merged'>).data;
    if (name === 'person.merged') return [...joints, { from: occurredAt }];
    const last = joints.at(-1);
    if (name === 'person.unmerged' && last !== undefined) last.until ??= occurredAt;
    return joints;
  }, []);

/** Every node that ends with two ids as one person does so by what was said last of them in the stream of the one. */
export const sameStatements = (nodes: readonly SimulatedNode[], all: readonly StoredFact[]): readonly string[] => {
  const bindings = all.filter(({ name }) => name === 'person.merged' || name === 'person.unmerged');
  return [...Map.groupBy(bindings, ({ stream }) => stream)].flatMap(([stream, said]) => {
    const latest = inTime(said).at(-1);
    return nodes.flatMap(({ name }) => {
      const last = inTime(said.filter(({ node }) => node === name)).at(-1);
      return last?.name !== 'person.merged' || last.id === latest?.id
        ? []
        : [`node ${name} ends with ${last.name} in ${stream}, and ${latest?.name} was said last`];
    });
  });
};

/** What a case passes on of two ids lies with the node that was told, as its author signed it. */
export const toldAndGone = (all: readonly StoredFact[]): readonly string[] => {
  const held = new Map(all.map(({ node, id, jws }) => [`${node} ${id}`, jws]));
  return all
    .filter(({ name }) => name === 'transfer.merge-told')
    .flatMap(({ node, stream, event }) => {
      const { fact, jws } = (event as HubEvent<'transfer.merge-told'>).data;
      return held.get(`${node} ${fact}`) === jws
        ? []
        : [`node ${node} was told of ${fact} in ${stream} and has it not`];
    });
};
