/**
 * Scenario files on Kafka and KurrentDB, as they are: two on every change, all of them with HARD_TESTS=full. Each has topics
 * and streams that nobody has used, and the clients of Kafka take turns. Needs the built programs.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hub } from '../../e2e/running-hub.js';
import { countOf } from '../../hard/counts.js';
import { KafkaCluster } from '../kafka/kafka-cluster.js';
import { TestTopics } from '../kafka/test-topics.js';
import { freshPrefix, serverForPlay, type ServerForPlay } from '../kurrentdb/given-server.js';

const PATIENCE_MS = 240_000;
const folder = fileURLToPath(new URL('../../../apps/hub/scenarios/', import.meta.url));
/** First of all a person who crosses two borders, and two ids that turn out to be one person's. */
const first = ['edge-third-province.yaml', 'edge-merge-abroad.yaml'];
const others = readdirSync(folder).filter((file) => file.endsWith('.yaml') && !first.includes(file));
const files = [...first, ...others].slice(0, countOf('scenariosOnEngines'));

let cluster: KafkaCluster;
let topics: TestTopics;
let server: ServerForPlay;
let environment: Record<string, string>;
beforeAll(async () => {
  [cluster, server] = await Promise.all([KafkaCluster.start(), serverForPlay()]);
  topics = new TestTopics(cluster.brokers);
  if (server.administrator !== undefined)
    await done(['store', 'apply', '--node', '31'], { ...server.environment, ...server.administrator });
});
beforeEach(async () => {
  await topics.clear();
  environment = { ...server.environment, KURRENTDB_PREFIX: freshPrefix(), KAFKA_BROKERS: cluster.brokers.join(',') };
  await done(['topics', 'apply'], environment);
});
afterAll(async () => {
  server.stop();
  await topics.close();
  await cluster.stop();
});

const done = async (...call: Parameters<typeof hub>): Promise<void> => {
  const { code, stderr } = await hub(...call);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
};

it.each(files.map((file, index) => [file, index % 2 === 0 ? 'platformatic' : 'kafkajs']))(
  '%s ends as it says on KurrentDB and Kafka, with %s',
  async (file, client) => {
    const engines = { DELTA_HUB_BROKER: 'kafka', KAFKA_CLIENT: client, DELTA_HUB_STORE: 'kurrentdb' };
    await done(['scenario', `${folder}${file}`], { ...environment, ...engines });
  },
  PATIENCE_MS,
);
