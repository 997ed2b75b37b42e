import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, type IncomingRecord, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import { type Caller, openEvent } from '@delta-hub/crypto';
import { InMemoryEvents, InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v5 as uuidv5 } from 'uuid';
import { NodeClock } from './clock.js';
import { createHandoffApp, type HandoffApp } from './handoff-app.js';
import { eventsTopic } from './outbound.publisher.js';
import { ACTS, decryptionKeyOf, recordOf, signed, signerOf, trust } from './testing/sample-records.js';
import { until } from './testing/until.js';

type Node = '31' | '32';
const NAMESPACE = '6f0e2a52-0d0b-5a5c-9c39-7f1d4c8f7e11';
const wujiang: Caller = { officerId: 'officer-1', role: 'officer', agencyId: 'cca-320509', node: '32' };
const qingpu: Caller = { officerId: 'officer-2', role: 'officer', agencyId: 'cca-310118', node: '31' };
const operator: Caller = { officerId: 'operator-1', role: 'operator', agencyId: 'prov-310000', node: '31' };

/** What lasts when a node stops: its facts, its files, and the broker's topics. */
let topics: InMemoryTopics;
let dir: string;
let disks: Record<Node, InMemoryEvents>;
let apps: Partial<Record<Node, HandoffApp>>;
let clocks: Record<Node, NodeClock>;
let broker: Broker;
/** Records of a topic of events that the broker will say it has, and lose. */
let toBeLost: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-exchange-'));
  topics = new InMemoryTopics();
  disks = { '31': new InMemoryEvents(), '32': new InMemoryEvents() };
  clocks = { '31': new NodeClock('2025-01-06T01:00:00.000Z'), '32': new NodeClock('2025-01-06T01:00:00.000Z') };
  toBeLost = 0;
  const sound = new InMemoryBroker(topics);
  broker = Object.assign(Object.create(sound) as Broker, {
    publish: async (...[topic, records]: Parameters<Broker['publish']>) => {
      const kept = records.filter(() => topic !== eventsTopic('32') || (toBeLost -= 1) < 0);
      if (kept.length > 0) await sound.publish(topic, kept);
    },
    subscribe: (...args: Parameters<Broker['subscribe']>) => sound.subscribe(...args),
    lag: (...args: Parameters<Broker['lag']>) => sound.lag(...args),
    close: () => sound.close(),
  });
  apps = { '31': await open('31'), '32': await open('32') };
});
afterEach(async () => {
  for (const app of Object.values(apps)) await app.close();
  await broker.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = (node: Node, files = ''): Promise<HandoffApp> =>
  createHandoffApp({
    ...{
      node,
      peers: [node === '31' ? '32' : '31'],
      host: '127.0.0.1',
      trust,
      clock: clocks[node],
      introspection: false,
    },
    ...{
      eventStore: new InMemoryEventStore(disks[node], () => clocks[node].now()),
      broker,
      signer: signerOf(node),
      decryptionKey: decryptionKeyOf(node),
    },
    positionsFile: join(dir, `${node}-positions${files}.db`),
    readModelsFile: join(dir, `${node}-read${files}.db`),
    verifyToken: (token) => {
      if (token === undefined) return Promise.reject(Object.assign(new Error('none'), { code: 'TOKEN_MISSING' }));
      return Promise.resolve(JSON.parse(Buffer.from(token, 'base64url').toString()) as Caller);
    },
  });

/** Stops a node and starts it on what it left; with other files, as if positions and read models were lost. */
const restart = async (node: Node, files = ''): Promise<void> => {
  await apps[node]!.close();
  apps[node] = await open(node, files);
};

const ask = async <T>(node: Node, caller: Caller | undefined, query: string): Promise<T> => {
  const authorization = caller && {
    authorization: `Bearer ${Buffer.from(JSON.stringify(caller)).toString('base64url')}`,
  };
  const response = await fetch(apps[node]!.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as T;
};

/** Asks again until the answer is as wanted. */
const answered = async <T>(attempt: () => Promise<T>, isWanted: (value: T) => boolean): Promise<T> => {
  let value: T | undefined;
  await until(async () => isWanted((value = await attempt())));
  return value as T;
};

const CASE_VIEW = `id status fileStatus personStatus deadlines { step due at met marginDays } person { answerability { agency { id } from until } }`;
interface View {
  readonly data: {
    readonly transfers: {
      readonly edges: readonly {
        readonly node: {
          readonly id: string;
          readonly status: string;
          readonly facts: readonly { readonly id: string }[];
        };
      }[];
    };
  };
}
const view = (node: Node, caller: Caller): Promise<View> =>
  ask(node, caller, `{ transfers { edges { node { ${CASE_VIEW} facts { id } } } } }`);
const factIds = async (node: Node, caller: Caller): Promise<readonly string[]> =>
  (await view(node, caller)).data.transfers.edges
    .flatMap(({ node: { facts } }) => facts.map(({ id }) => id))
    .toSorted();

const STEPS: readonly (readonly [string, Node, string, string])[] = [
  [
    '2025-01-06',
    '32',
    'registerIntake',
    'personId: "T-320509-0001", category: SuspendedSentence, correctionStart: "2025-01-06", correctionEnd: "2026-07-05"',
  ],
  ['2025-03-10', '32', 'applyTransfer', 'personId: "T-320509-0001", receivingDivision: "310118", reason: employment'],
  ['2025-03-11', '32', 'giveOpinion', 'transferId: "$", supports: true'],
  ['2025-03-13', '32', 'sendConsultation', 'transferId: "$"'],
  ['2025-03-17', '31', 'replyConsultation', 'transferId: "$", agrees: true'],
  ['2025-03-18', '32', 'decideTransfer', 'transferId: "$", approved: true'],
  ['2025-03-19', '32', 'serveDecision', 'transferId: "$"'],
  ['2025-03-20', '32', 'sendFile', 'transferId: "$"'],
  ['2025-03-21', '31', 'registerFileReceived', 'transferId: "$"'],
  ['2025-03-21', '31', 'issueReceipt', 'transferId: "$"'],
  ['2025-03-24', '31', 'registerPersonReported', 'transferId: "$"'],
];
/** Facts of the case after each step: the letter's receipt comes by itself, then the reminder of its third day, and the completion with the report. */
const FACTS = [0, 1, 2, 4, 6, 7, 8, 9, 10, 11, 13];

/** One step of the case; gives its transfer. */
const act = async (index: number, id: string): Promise<string> => {
  const [day, node, mutation, input] = STEPS[index]!;
  for (const clock of Object.values(clocks)) clock.drive(`${day}T02:00:00.000Z`);
  const clerk = node === '32' ? wujiang : qingpu;
  // Who prepared the transfer does not approve it.
  const caller = mutation === 'decideTransfer' ? { ...clerk, officerId: 'officer-320509-002' } : clerk;
  const key = uuidv5(`${index}`, NAMESPACE);
  const query = `mutation { ${mutation}(idempotencyKey: "${key}", input: { ${input.replace('$', id)} }) { __typename ... on Refusal { code } ${mutation === 'registerIntake' ? '' : '... on TransferRecorded { transfer { id } }'} } }`;
  const { data } = await ask<{ data: Record<string, { __typename: string; transfer?: { id: string } }> }>(
    node,
    caller,
    query,
  );
  expect(data[mutation]!.__typename).toMatch(/Recorded$/);
  return data[mutation]!.transfer?.id ?? id;
};

/** Plays the case up to a step, each act once both nodes hold all before it. */
const play = async (
  steps = STEPS.length,
  between: (step: number) => Promise<void> = () => Promise.resolve(),
): Promise<string> => {
  let id = '';
  for (const index of STEPS.slice(0, steps).keys()) {
    id = await act(index, id);
    for (const [side, who] of [
      ['31', qingpu],
      ['32', wujiang],
    ] as const)
      await answered(
        () => factIds(side, who),
        (ids) => ids.length === FACTS[index],
      );
    await between(index);
  }
  return id;
};

describe('two nodes', () => {
  it('hold the same facts, status, deadlines and answers at the end', async () => {
    await play();
    const [there, here] = [await view('31', qingpu), await view('32', wujiang)];
    expect(there.data.transfers.edges[0]!.node).toEqual({
      ...here.data.transfers.edges[0]!.node,
      facts: expect.anything() as unknown,
    });
    expect(here.data.transfers.edges[0]!.node).toMatchObject({
      status: 'COMPLETED',
      fileStatus: 'RECEIPTED',
      personStatus: 'REPORTED',
    });
    expect(await factIds('31', qingpu)).toEqual(await factIds('32', wujiang));
  });

  it('lose and double nothing when each is stopped and started after every act', async () => {
    await play(STEPS.length, async (step) => restart(step % 2 === 0 ? '31' : '32'));
    expect(await factIds('31', qingpu)).toEqual(await factIds('32', wujiang));
    expect(await factIds('31', qingpu)).toHaveLength(13);
  });

  it('change nothing when everything is published and taken again, and rebuild the same answers', async () => {
    await play();
    const before = [await view('31', qingpu), await view('32', wujiang)];
    const sizes = [disks['31'], disks['32']].map((disk) => new InMemoryEventStore(disk));
    const heads = await Promise.all(sizes.map((store) => store.head()));
    await restart('32', '-lost');
    await restart('31', '-lost');
    await answered(
      () => factIds('31', qingpu),
      (ids) => ids.length === 13,
    );
    await answered(
      () => factIds('32', wujiang),
      (ids) => ids.length === 13,
    );
    await answered(
      async () => (await apps['31']!.subscribers()).map(({ behind }) => behind),
      (behind) => behind.every((n) => n === 0),
    );
    expect([await view('31', qingpu), await view('32', wujiang)]).toEqual(before);
    expect(await Promise.all(sizes.map((store) => store.head()))).toEqual(heads);
  });
});

describe('a fact that the broker said it has and lost', () => {
  interface Line {
    readonly data: {
      readonly node: { readonly peers: readonly { readonly id: string; readonly missingFacts: number }[] };
    };
  }
  const missing = async (node: Node): Promise<number> =>
    (await ask<Line>(node, node === '31' ? qingpu : wujiang, '{ node { peers { id missingFacts } } }')).data.node
      .peers[0]!.missingFacts;
  /** The clocks strike until it is so. */
  const beating = async (isSo: () => Promise<boolean>): Promise<void> => {
    let minute = 0;
    await until(async () => {
      minute += 1;
      for (const clock of Object.values(clocks)) clock.drive(new Date(Date.UTC(2025, 2, 12, 0, minute)).toISOString());
      return isSo();
    });
  };

  it('is noticed by the count in the sender’s heartbeats, asked for and sent again; nothing comes twice', async () => {
    const id = await play(2);
    // What is sent again is lost too while we look.
    toBeLost = Number.POSITIVE_INFINITY;
    await act(2, id);
    expect(await factIds('32', wujiang)).toHaveLength(2);
    await beating(async () => (await missing('31')) === 1);
    expect(await factIds('31', qingpu)).toHaveLength(1);
    toBeLost = 0;
    await beating(async () => (await missing('31')) === 0);
    expect(await factIds('31', qingpu)).toEqual(await factIds('32', wujiang));
    expect(await missing('32')).toBe(0);
  });
});

interface Quarantine {
  readonly data: {
    readonly quarantine: {
      readonly edges: readonly {
        readonly node: { readonly check: string; readonly detail: string; readonly fact: { readonly jws: string } };
      }[];
    };
  };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}
const quarantine = (caller: Caller): Promise<Quarantine> =>
  ask('31', caller, '{ quarantine { edges { node { check detail fact { jws } } } } }');

describe('a record that fails a check', () => {
  it('is refused once, with a signed reason, and holds up nothing behind it', async () => {
    const forged = recordOf(signed(ACTS.applied, '33', { recipients: ['31', '33'] }), '33');
    await broker.publish(eventsTopic('32'), [{ key: 'x', value: Buffer.from('rubbish'), headers: {} }, forged]);
    await play(2);
    const { data } = await answered(
      () => quarantine(operator),
      (answer) => answer.data.quarantine.edges.length === 2,
    );
    const refused = data.quarantine.edges.map(({ node }) => node);
    // An agency of node 32 cannot be spoken for by node 33, whatever the topic.
    expect(refused.map(({ check }) => check).toSorted()).toEqual(['ADDRESSEE', 'FORM']);
    for (const { fact } of refused) expect(openEvent(fact.jws, trust)).toMatchObject({ ok: true, node: '31' });
    await restart('31', '-lost');
    await answered(
      async () => (await apps['31']!.subscribers()).map(({ behind }) => behind),
      (behind) => behind.every((n) => n === 0),
    );
    expect(
      (
        await answered(
          () => quarantine(operator),
          (answer) => answer.data.quarantine.edges.length >= 2,
        )
      ).data,
    ).toEqual(data);
  });

  it('is shown to operators and inspectors only', async () => {
    expect((await quarantine(qingpu)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a sealed case', () => {
  it('travels encrypted: who reads the topic and is not addressed learns nothing of it', async () => {
    const minors: Record<Node, Caller> = {
      '32': { ...wujiang, duty: 'juvenile' },
      '31': { ...qingpu, duty: 'juvenile' },
    };
    const give = (node: Node, mutation: string, input: string): Promise<{ data: unknown }> =>
      ask(
        node,
        minors[node],
        `mutation { ${mutation}(idempotencyKey: "${uuidv5(mutation + node, NAMESPACE)}", input: { ${input} }) { __typename } }`,
      );
    const person = 'T-320509-0007';
    const term = 'category: SuspendedSentence, correctionStart: "2025-01-06", correctionEnd: "2026-07-05"';
    await give('32', 'registerIntake', `personId: "${person}", ${term}, ageAtOffence: 16`);
    await give('32', 'applyTransfer', `personId: "${person}", receivingDivision: "310118", reason: study`);
    const read = `personId: "${person}", ground: correction_work`;
    const isRead = (answer: unknown): boolean => JSON.stringify(answer).includes('PersonRecorded');
    await answered(() => give('31', 'readSealedRecord', read), isRead);
    expect(
      await ask('31', minors['31'], `{ person(id: "${person}") { confidentiality transfers { status } } }`),
    ).toEqual({ data: { person: { confidentiality: 'MINOR_SEALED', transfers: [{ status: 'APPLIED' }] } } });

    const records: IncomingRecord[] = [];
    const reading = await broker.subscribe(eventsTopic('32'), [], (record) => {
      records.push(record);
      return Promise.resolve();
    });
    await answered(
      () => Promise.resolve(records.length),
      (count) => count > 0,
    );
    await reading.stop();
    expect(records.map(({ headers }) => headers)).toEqual([{ 'content-type': 'application/jose+json' }]);
    expect(Buffer.from(records[0]!.value).toString()).not.toContain(person);
  });
});

describe('who sees what', () => {
  it('nobody without a token', async () => {
    const { errors } = await ask<Quarantine>('31', undefined, '{ node { id } }');
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('the parties and those above them see a case; others and the operator see none', async () => {
    const id = await play(2);
    const seen = async (caller: Partial<Caller>): Promise<boolean> =>
      (await ask<{ data: { transfer: unknown } }>('31', { ...qingpu, ...caller }, `{ transfer(id: "${id}") { id } }`))
        .data.transfer !== null;
    expect(await seen({})).toBe(true);
    expect(await seen({ agencyId: 'jo-310118001', role: 'office-officer' })).toBe(true);
    expect(await seen({ agencyId: 'prov-310000', role: 'inspector' })).toBe(true);
    expect(await seen({ agencyId: 'cca-310115' })).toBe(false);
    expect(await seen({ agencyId: 'prov-310000', role: 'operator' })).toBe(false);
  });

  it('an instant that is none is no question', async () => {
    await play(1);
    const query = '{ person(id: "T-320509-0001") { answerable(at: "yesterday") { from } } }';
    const { errors } = await ask<Quarantine>('32', wujiang, query);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('pages are of the size asked for, up to 100', async () => {
    const { errors } = await ask<Quarantine>('31', qingpu, '{ transfers(first: 101) { edges { cursor } } }');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
