/**
 * The play on Kafka and KurrentDB while everything it stands on fails, one thing after another and two at once. Once nodes 31
 * and 33 are on kafkajs, 32 and 34 on @platformatic/kafka, as provinces may choose, so that both clients write and read under
 * every fault; with HARD_TESTS=full once more with all on kafkajs. Each engine is started again as a supervisor would do it,
 * and nothing else is done by a person. Needs the built programs.
 */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DoubleProcess } from '../../kurrentdb-double/double-process.js';
import { databaseIn } from '../../kurrentdb-double/journal.js';
import { EXPECTED_REPORT } from '../../e2e/expected-report.js';
import { hub, RunningHub, temporary } from '../../e2e/running-hub.js';
import { countOf } from '../../hard/counts.js';
import { fullDiskFor } from '../full-disk.js';
import { freePorts } from '../kafka/free-ports.js';
import { KafkaCluster, type KafkaNode } from '../kafka/kafka-cluster.js';
import { Relay } from '../kafka/relay.js';
import { TestTopics } from '../kafka/test-topics.js';

/** Longer than the session of a consumer, and than a client waits for an answer. */
const STANDSTILL_MS = 12_000;
const PATIENCE_MS = 600_000;
const CLIENT_BY_NODE = new URL('testing/client-by-node.mjs', import.meta.url).href;

/** How the nodes come to their clients, and which of them are on kafkajs. */
const CLIENTS = [
  { clients: 'both clients', given: { NODE_OPTIONS: `--import=${CLIENT_BY_NODE}` }, onKafkajs: ['31', '33'] },
  { clients: 'kafkajs alone', given: { KAFKA_CLIENT: 'kafkajs' }, onKafkajs: ['31', '32', '33', '34'] },
];

let data: ReturnType<typeof temporary>;
let cluster: KafkaCluster;
let broker: KafkaNode;
let relay: Relay;
let store: DoubleProcess;
let environment: Record<string, string>;
const start = async (): Promise<void> => {
  data = temporary();
  const [port] = await freePorts(1);
  cluster = await KafkaCluster.start(1, { advertisedPort: port! });
  broker = cluster.nodes[0]!;
  relay = await Relay.start(port!, broker.plan.port);
  store = await DoubleProcess.start(keptIn(data));
  environment = {
    DELTA_HUB_BROKER: 'kafka',
    KAFKA_BROKERS: `127.0.0.1:${port!}`,
    DELTA_HUB_STORE: 'kurrentdb',
    KURRENTDB_URL: store.connectionString,
    KURRENTDB_UNPROTECTED: 'allow',
  };
};
const keptIn = ({ path }: typeof data): string => `${path}/kurrentdb`;
beforeEach(start, 180_000);
afterEach(async () => {
  store.thaw();
  store.stop();
  await relay.stop();
  await cluster.stop();
  data.remove();
});

/** The process of a node, the newest where it was started again. */
const pidOf = (running: RunningHub, node: number): number => {
  const children = readFileSync(`/proc/${running.child.pid!}/task/${running.child.pid!}/children`, 'utf8');
  const found = children
    .split(/\s+/)
    .filter(Boolean)
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`node ${node}`));
  return Number(found);
};

/** The nodes that are in consumer groups now: kafkajs reads in no other way. */
const nodesInGroups = async (): Promise<readonly string[]> => {
  const topics = new TestTopics(cluster.brokers);
  const groups = await topics.groupsInUse('delta-hub.');
  await topics.close();
  return [...new Set(groups.map((id) => id.split('.')[1]!))].toSorted();
};

const restartStore = async (): Promise<void> => {
  await store.kill();
  await store.startAgain();
};
const restartBroker = async (): Promise<void> => {
  await broker.kill();
  await broker.start();
};

/**
 * What happens after so many acts. Nothing holds up a store before the reply: the reminder of that day is written when it is
 * due, and a store that stands still then would have it after the reply.
 */
const faults: Readonly<Record<number, (running: RunningHub) => Promise<unknown>>> = {
  1: restartStore,
  2: async () => {
    broker.freeze();
    await pause(STANDSTILL_MS);
    broker.thaw();
  },
  4: restartBroker,
  5: async () => {
    store.freeze();
    await pause(STANDSTILL_MS);
    store.thaw();
  },
  7: async (running) => {
    process.kill(pidOf(running, 31), 'SIGKILL');
    await restartStore();
  },
  8: async () => {
    relay.cut();
    await pause(STANDSTILL_MS);
    relay.heal();
  },
  10: async () => {
    await broker.fillDisk();
    await broker.start();
  },
  11: async () => {
    await fullDiskFor(store.pid);
    await store.ended();
    await store.startAgain();
  },
  13: async (running) => {
    const pid = pidOf(running, 32);
    process.kill(pid, 'SIGSTOP');
    await pause(STANDSTILL_MS);
    process.kill(pid, 'SIGCONT');
  },
  14: async (running) => {
    process.kill(pidOf(running, 32), 'SIGKILL');
    await Promise.all([restartBroker(), restartStore()]);
  },
};

it.each(CLIENTS.slice(0, countOf('playsUnderFaults')))(
  'with $clients, broker, store, nodes and lines fail under it: nothing is lost, nothing doubled, nobody is needed',
  async ({ given, onKafkajs }) => {
    Object.assign(environment, given);
    const running = RunningHub.start(['demo', '--json', '--data', data.path], environment);
    await running.acts(1);
    // The topics are made only now: so far the nodes have been waiting for them.
    expect((await hub(['topics', 'apply'], environment)).code).toBe(0);
    await running.acts(2);
    expect(await nodesInGroups()).toEqual(onKafkajs);
    for (const [acts, hurt] of Object.entries(faults)) {
      await running.acts(Number(acts));
      await hurt(running);
    }
    const printed = await running.line(/^\{"ok":/);
    expect(JSON.parse(printed)).toEqual(EXPECTED_REPORT);
    store.stop();
    await store.ended();
    const events = databaseIn(keptIn(data)).all();
    for (const node of ['31.', '32.']) {
      const ids = events.filter(({ stream }) => stream.startsWith(node)).map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([node === '31.' ? 23 : 24, ids.length]);
    }
  },
  PATIENCE_MS,
);
