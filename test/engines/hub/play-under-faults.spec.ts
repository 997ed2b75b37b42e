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
import { Collector } from '../../e2e/collector.js';
import { EXPECTED_REPORT } from '../../e2e/expected-report.js';
import { hub, RunningHub, temporary } from '../../e2e/running-hub.js';
import { countOf } from '../../hard/counts.js';
import { fullDiskFor } from '../full-disk.js';
import { standStill } from '../stand-still.js';
import { freePorts } from '../kafka/free-ports.js';
import { KafkaCluster, type KafkaNode } from '../kafka/kafka-cluster.js';
import { Relay } from '../kafka/relay.js';
import { TestTopics } from '../kafka/test-topics.js';
import { Line } from '../line.js';

/** Longer than the session of a consumer, and than a client waits for an answer. */
const STANDSTILL_MS = 12_000;
/** Whoever asks over a line that is cut is told so at once. */
const CUT_MS = 5_000;
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
/** The only way of the nodes to their store. */
let line: Line;
let collector: Collector;
/** Where node 31 serves; the others follow. */
let port: number;
let play: RunningHub | undefined;
let environment: Record<string, string>;
const start = async (): Promise<void> => {
  data = temporary();
  const [advertisedPort = 0, first = 0] = await freePorts(5);
  port = first;
  cluster = await KafkaCluster.start(1, { advertisedPort });
  broker = cluster.nodes[0]!;
  relay = await Relay.start(advertisedPort, broker.plan.port);
  store = await DoubleProcess.start(keptIn(data));
  const ofStore = new URL(store.connectionString);
  line = await Line.start(Number(ofStore.port));
  ofStore.port = `${line.port}`;
  collector = await Collector.start();
  environment = {
    DELTA_HUB_BROKER: 'kafka',
    KAFKA_BROKERS: `127.0.0.1:${advertisedPort}`,
    DELTA_HUB_STORE: 'kurrentdb',
    KURRENTDB_URL: ofStore.href,
    KURRENTDB_UNPROTECTED: 'allow',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
};
const keptIn = ({ path }: typeof data): string => `${path}/kurrentdb`;
beforeEach(start, 180_000);
afterEach(async () => {
  await play?.kill('SIGKILL'); // Where the test has failed it still runs.
  store.thaw();
  store.stop();
  collector.stop();
  await line.stop();
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

const nodesInGroups = async (): Promise<readonly string[]> => {
  const topics = new TestTopics(cluster.brokers);
  const nodes = await topics.nodesInGroups();
  await topics.close();
  return nodes;
};

const NODES = [31, 32, 33, 34];
const FACTS = NODES.map((node) => `delta-hub.${node}.events.v1`);

/** How often the readers of facts of others were built anew so far, by node and topic: each node has three of them. */
const rebuilds = async (): Promise<readonly number[]> => {
  const texts = await Promise.all(
    NODES.map(async (node) => (await fetch(`http://127.0.0.1:${port + node - 31}/metrics`)).text()),
  );
  return texts.flatMap((text, own) =>
    FACTS.filter((_, of) => of !== own).map((topic) => {
      const [, count = 0] =
        new RegExp(`^hub_consumer_rebuilds_total\\{.*topic="${topic}".*\\} (\\d+)$`, 'm').exec(text) ?? [];
      return Number(count);
    }),
  );
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
    await broker.freeze();
    await pause(STANDSTILL_MS);
    broker.thaw();
  },
  4: async () => {
    const before = await rebuilds();
    await restartBroker();
    while ((await rebuilds()).some((count, reader) => count <= before[reader]!)) await pause(100);
  },
  5: async () => {
    await store.freeze();
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
  12: async () => {
    line.cut();
    await pause(CUT_MS);
    line.heal();
  },
  13: async (running) => {
    const pid = pidOf(running, 32);
    await standStill(pid);
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
    const running = RunningHub.start(['demo', '--json', '--data', data.path, '--port', `${port}`], environment);
    play = running;
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
    for (const node of ['33', '34'])
      expect(
        collector.spans.find((span) => span.node === node && span.name === `process ${FACTS[1]!}`)?.attributes,
      ).toEqual({
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': FACTS[1],
        'messaging.client.id': `delta-hub.${node}`,
        'messaging.destination.partition.id': expect.stringMatching(/^[0-2]$/),
        'messaging.kafka.offset': expect.any(BigInt),
      });
  },
  PATIENCE_MS,
);
