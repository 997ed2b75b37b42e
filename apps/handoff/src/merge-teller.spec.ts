import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, InMemoryBroker, InMemoryTopics, type OutgoingRecord } from '@delta-hub/broker';
import { eventName } from '@delta-hub/contracts';
import { InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NodeClock } from './clock.js';
import { type OpenHandoff, openHandoff } from './open-handoff.js';
import { Handle, type Outcome, type Request } from './requests.js';
import { decryptionKeyOf, digest, NODES, signerOf, trust } from './testing/sample-records.js';
import { until } from './testing/until.js';

type Node = (typeof NODES)[number];
const [PERSON, OTHER] = ['T-320509-0001', 'T-320509-0099'];
const AGENCIES = { '31': 'cca-310118', '32': 'cca-320509', '33': 'cca-330421' } as const;

let topics: InMemoryTopics;
let broker: InMemoryBroker;
let dir: string;
let disks: Record<Node, InMemoryEvents>;
let nodes: Record<Node, OpenHandoff>;
let clock: NodeClock;

const open = (node: Node, files = '', line: Broker = broker): OpenHandoff => {
  const peers = NODES.filter((each) => each !== node);
  const handoff = openHandoff({
    ...{ node, peers, trust, clock, broker: line, signer: signerOf(node) },
    eventStore: new InMemoryEventStore(disks[node], () => clock.now()),
    decryptionKey: decryptionKeyOf(node),
    positionsFile: join(dir, `${node}-positions${files}.db`),
    readModelsFile: join(dir, `${node}-read${files}.db`),
  });
  handoff.start();
  return handoff;
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-merges-'));
  topics = new InMemoryTopics();
  broker = new InMemoryBroker(topics);
  clock = new NodeClock('2025-01-06T01:00:00.000Z');
  disks = { '31': new InMemoryEvents(), '32': new InMemoryEvents(), '33': new InMemoryEvents() };
  nodes = { '31': open('31'), '32': open('32'), '33': open('33') };
});
afterEach(async () => {
  for (const node of Object.values(nodes)) await node.stop();
  await broker.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The facts of a stream at a node, by type. */
const factsAt = async (node: Node, stream: string): Promise<readonly string[]> =>
  (await new InMemoryEventStore(disks[node]).read(stream)).map(({ type }) => eventName(type) ?? type);
const headAt = (node: Node) => new InMemoryEventStore(disks[node]).head();

/** Nothing is on its way: everybody has everything, and nothing came of it. */
const settled = async (): Promise<void> => {
  let heads = '';
  await until(async () => {
    const states = await Promise.all(NODES.map((node) => nodes[node].health.subscribers()));
    const before = heads;
    heads = (await Promise.all(NODES.map(headAt))).join(' ');
    return heads === before && states.flat().every(({ behind }) => behind === 0);
  });
};

/** An act of the agency of a node, at which all that was before has arrived; its stream. */
const act = async (node: Node, day: string, request: Request, officer = 1): Promise<string> => {
  await settled();
  clock.drive(`${day}T02:00:00.000Z`);
  const officerId = `officer-${node}-${officer}`;
  const commander = { officerId, role: 'officer', agencyId: AGENCIES[node], node } as const;
  const outcome: Outcome = await nodes[node].execute(new Handle(request, randomUUID(), commander));
  if ('rejected' in outcome) throw new Error(`${request.type}: ${outcome.rejected.code}`);
  return outcome.accepted.stream;
};

const documents = [{ kind: 'proof' as const, digest, size: 1 }];
const pair = { personId: OTHER, duplicateId: PERSON, documents };
const intake = (personId: string): Request => ({
  type: 'RegisterIntake',
  input: {
    ...{ personId, category: 'SuspendedSentence', mentionsSealed: false },
    ...{ correctionStart: '2025-01-06', correctionEnd: '2027-07-05' },
  },
});
const apply = (receivingDivision: string): Request => ({
  type: 'ApplyTransfer',
  input: { personId: PERSON, receivingDivision, reason: 'family', documents },
});

/** A line on which merges are lost; `find` brings them after all. */
const losing = (line: Broker): { readonly line: Broker; readonly find: () => Promise<void> } => {
  const lost: (readonly [string, OutgoingRecord])[] = [];
  const isMerge = ({ value }: OutgoingRecord) => Buffer.from(value).includes('cn.delta-hub.person.merged');
  const publish: Broker['publish'] = (topic, records) => {
    lost.push(...records.filter(isMerge).map((record) => [topic, record] as const));
    const others = records.filter((record) => !isMerge(record));
    return line.publish(topic, others);
  };
  const [subscribe, lag, close] = [line.subscribe.bind(line), line.lag.bind(line), line.close.bind(line)];
  return {
    line: { publish, subscribe, lag, close },
    find: async () => {
      for (const [topic, record] of lost) await line.publish(topic, [record]);
    },
  };
};

const merge = (day: string): Promise<string> => act('32', day, { type: 'MergePersons', input: pair }, 2);

/** Two ids that node 32 merges, before the person of one of them applies or on the way; the person has moved to node 31. */
const moved = async (isMergedOnTheWay = false): Promise<void> => {
  await act('32', '2025-01-06', intake(PERSON));
  await act('32', '2025-01-06', intake(OTHER));
  await act('32', '2025-03-03', { type: 'ProposeMatch', input: pair });
  if (!isMergedOnTheWay) await merge('2025-03-04');
  const transferId = await act('32', '2025-03-10', apply('310118'));
  if (isMergedOnTheWay) await merge('2025-03-10');
  const course: readonly (readonly [Node, string, Request, number?])[] = [
    ['32', '11', { type: 'GiveOpinion', input: { transferId, supports: true, documents } }],
    ['32', '12', { type: 'SendConsultation', input: { transferId, documents } }],
    ['31', '13', { type: 'ReplyConsultation', input: { transferId, agrees: true, documents } }],
    ['32', '14', { type: 'DecideTransfer', input: { transferId, approved: true, termEndNoted: false, documents } }, 2],
    ['32', '14', { type: 'ServeDecision', input: { transferId, documents } }],
    ['32', '14', { type: 'SendFile', input: { transferId, documents } }],
    ['31', '17', { type: 'RegisterFileReceived', input: { transferId } }],
    ['31', '17', { type: 'IssueReceipt', input: { transferId, documents } }],
    ['31', '17', { type: 'RegisterPersonReported', input: { transferId } }],
  ];
  for (const [node, day, request, officer] of course) await act(node, `2025-03-${day}`, request, officer);
};
/** And applies to move on to node 33. */
const moveOn = (): Promise<string> => act('31', '2025-06-02', apply('330421'));
const takeBack = (): Promise<string> => act('32', '2025-06-03', { type: 'UnmergePersons', input: pair });

describe('a node that becomes a party after two ids were merged', () => {
  it('is told of the merge with the case, and later of its end, by the node the case comes from', async () => {
    await moved();
    const onward = await moveOn();
    await settled();
    expect(await factsAt('31', `person-${OTHER}`)).toEqual(['person.merged']);
    expect(await factsAt('33', onward)).toEqual(['transfer.applied', 'transfer.merge-told']);
    expect(await factsAt('33', `person-${OTHER}`)).toEqual(['person.merged']);
    await takeBack();
    await until(async () => (await factsAt('33', `person-${OTHER}`)).length === 2);
    expect(await factsAt('33', `person-${OTHER}`)).toEqual(['person.merged', 'person.unmerged']);
    expect(nodes['33'].readModels.refusalCount()).toBe(0);
  });

  it('is told of its end also when that arrives while the application is being written', async () => {
    await moved();
    await settled();
    const { knowledge } = nodes['31'].parts;
    const merge = knowledge.merge(PERSON);
    const person = knowledge.person.bind(knowledge);
    knowledge.person = async (personId) => {
      const known = await person(personId);
      await takeBack();
      await settled();
      knowledge.merge = () => merge; // as it was when the person was looked up
      return known;
    };
    await moveOn();
    await until(async () => (await factsAt('33', `person-${OTHER}`)).length === 2);
    expect(await factsAt('33', `person-${OTHER}`)).toEqual(['person.merged', 'person.unmerged']);
  });

  it('is told of a merge that was lost, and comes to the node the case comes from when the case is open', async () => {
    await nodes['32'].stop();
    const { line, find } = losing(broker);
    nodes['32'] = open('32', '', line);
    await moved(true);
    const onward = await moveOn();
    await settled();
    expect(await factsAt('33', onward)).toEqual(['transfer.applied']);
    await find();
    await until(async () => (await factsAt('33', `person-${OTHER}`)).length === 1);
    expect(await factsAt('33', onward)).toEqual(['transfer.applied', 'transfer.merge-told']);
    expect(await factsAt('33', `person-${OTHER}`)).toEqual(['person.merged']);
  });

  it('is told once, however often everything is looked at and sent again', async () => {
    await moved();
    await moveOn();
    await takeBack();
    await until(async () => (await factsAt('33', `person-${OTHER}`)).length === 2);
    await settled();
    const before = await Promise.all(NODES.map(headAt));
    for (const node of NODES) {
      await nodes[node].stop();
      nodes[node] = open(node, '-lost');
    }
    await settled();
    expect(await Promise.all(NODES.map(headAt))).toEqual(before);
  });
});
