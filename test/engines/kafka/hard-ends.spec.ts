/** Nodes that end hard, and a topic that ends before its reader: whole nodes over a real Kafka. Needs the built programs. */
import { forgetPositions, StoreFeed } from '@delta-hub/handoff-app';
import type { Broker, IncomingRecord } from '@delta-hub/broker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { temporary } from '../../e2e/running-hub.js';
import { countOf } from '../../hard/counts.js';
import { Projector } from '../../../apps/handoff/src/projections.js';
import { ReadModels } from '../../../apps/handoff/src/read-models.js';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { clients } from './clients.js';
import { givenBrokers, TestTopics } from './test-topics.js';
import { type Node, TwoNodes } from './two-nodes.js';

jest.setTimeout(300_000);

const TOPICS = ['delta-hub.31.events.v1', 'delta-hub.32.events.v1'];
const PARTITIONS = 3;
/** As brokers are told to remove every record that is there now (Kafka protocol guide, DeleteRecords API). */
const TO_THE_END = -1n;

/** What the tables of a file hold, by table. */
const rowsIn = (path: string): Readonly<Record<string, unknown>> => {
  const db = new DatabaseSync(path, { readOnly: true });
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
  const rows = tables
    .map(({ name }) => String(name))
    // How facts were counted together depends on how they came together.
    .filter((name) => name !== 'told')
    .map((name) => [name, db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all()]);
  db.close();
  return Object.fromEntries(rows) as Readonly<Record<string, unknown>>;
};

describe.each(clients)('with $name', ({ name, open }) => {
  let topics: TestTopics;
  let data: ReturnType<typeof temporary>;
  let pair: TwoNodes;
  beforeAll(() => void (topics = new TestTopics(givenBrokers())));
  afterAll(() => topics.close());
  beforeEach(async () => {
    await topics.createAll(TOPICS, PARTITIONS);
    data = temporary();
    const link = { client: name, brokers: givenBrokers(), clientId: `delta-hub.hard-${name}` };
    pair = new TwoNodes({ dir: data.path, link });
  });
  afterEach(async () => {
    for (const node of ['31', '32'] as const) await pair.kill(node);
    await topics.delete(...TOPICS);
    data.remove();
  });

  /** The ids of the facts in the topic of node 32, as they lie there. */
  const idsInTopic = async (): Promise<readonly string[]> => {
    const broker: Broker = open({ brokers: givenBrokers(), clientId: `delta-hub.hard-${name}-look` });
    const count = Number(await broker.lag(TOPICS[1]!, []));
    const ids: string[] = [];
    const all = Promise.withResolvers<void>();
    const take = ({ value }: IncomingRecord): Promise<void> => {
      ids.push((JSON.parse(Buffer.from(value).toString()) as { id: string }).id);
      if (ids.length === count) all.resolve();
      return Promise.resolve();
    };
    await broker.subscribe(TOPICS[1]!, [], take);
    await all.promise;
    await broker.close();
    return ids;
  };

  const isSomethingSentAgain = async (): Promise<boolean> => {
    const ids = await idsInTopic();
    return new Set(ids).size < ids.length;
  };

  /** Read models made anew from what a node has stored. */
  const madeAnew = async (node: Node): Promise<Readonly<Record<string, unknown>>> => {
    const store = await openSqliteEventStore(pair.eventsFile(node));
    const feed = new StoreFeed(store);
    const path = `${data.path}/anew-${node}.db`;
    const models = new ReadModels(path);
    const projector = new Projector(feed, models, node);
    feed.start();
    projector.start();
    await projector.waitFor((await store.head())!);
    await projector.stop();
    await feed.stop();
    models.close();
    await store.close();
    return rowsIn(path);
  };

  it('both nodes killed at any moment of their work: what was answered for is at both, once, and shown as ever', async () => {
    await Promise.all([pair.start('31'), pair.start('32', true)]);
    const kills: Node[][] = [['32'], ['31'], ['31', '32'], ['32'], ['31'], ['32'], ['31', '32'], ['32']];
    const rounds = kills.slice(0, countOf('nodeKills'));
    // A death before the node has written how far it has sent is hit by chance: without one nothing was tried here.
    while (rounds.length > 0 || !(await isSomethingSentAgain())) {
      const killed = rounds.shift() ?? ['32'];
      await pair.acts(60);
      await Promise.all(killed.map((node) => pair.kill(node)));
      await Promise.all(killed.map((node) => pair.start(node, node === '32')));
    }
    await pair.acts(60);
    await pair.close('32');
    await pair.start('32');
    await pair.has('31', pair.answered);
    await Promise.all([pair.close('31'), pair.close('32')]);

    const [here, there] = await Promise.all([pair.stored('32'), pair.stored('31')]);
    const sent = here.filter(({ type }) => type.includes('.transfer.'));
    const received = there.filter(({ type }) => type.includes('.transfer.'));
    expect([...pair.answered].filter((id) => !sent.some((event) => event.id === id))).toEqual([]);
    const bytesOf = (events: typeof sent) =>
      Object.fromEntries(events.map(({ id, data: bytes }) => [id, Buffer.from(bytes).toString('latin1')]));
    expect(received).toHaveLength(sent.length);
    expect(bytesOf(received)).toEqual(bytesOf(sent));
    for (const node of ['31', '32'] as const) expect(rowsIn(pair.readModelsFile(node))).toEqual(await madeAnew(node));
  });

  it('a topic that no longer has what a node did not read: it says so and takes nothing, and two commands bring all of it', async () => {
    await Promise.all([pair.start('31'), pair.start('32', true)]);
    await pair.acts(40);
    await pair.has('31', pair.answered);
    await pair.close('31');
    await pair.acts(60);
    await pair.close('32');
    await pair.start('32');
    // Retention takes all that is there.
    for (let partition = 0; partition < PARTITIONS; partition++) await topics.expire(TOPICS[1]!, partition, TO_THE_END);
    const before = (await pair.stored('31')).length;
    await pair.start('31');
    const fault = async () => (await pair.subscribers('31')).find((one) => one.name === 'consumer-32')?.fault;
    while (!/^POSITION_LOST: .* were removed$/.test((await fault()) ?? '')) await pause(20);
    expect((await pair.stored('31')).length).toBe(before);

    await Promise.all([pair.close('31'), pair.close('32')]);
    forgetPositions(pair.positionsFile('32'), ['publisher']);
    forgetPositions(pair.positionsFile('31'), ['consumer-32']);
    await Promise.all([pair.start('31'), pair.start('32')]);
    await pair.has('31', pair.answered);
    const ids = (await pair.stored('31')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
