/**
 * `npm run demo -- --engines`: the play over a real Kafka, the brokers of KAFKA_BROKERS if given, else one that is started
 * here and gone at the end, with the events in the KurrentDB of KURRENTDB_URL if given, else in a protocol double of it.
 * Topics are made first, as an operator would.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KafkaCluster } from './kafka/kafka-cluster.js';
import { describeServer, freshPrefix, givenServer } from './kurrentdb/given-server.js';

const HUB = fileURLToPath(new URL('../../apps/hub/dist/main.js', import.meta.url));

const given = process.env['KAFKA_BROKERS'];
const cluster = given === undefined || given === '' ? await KafkaCluster.start() : undefined;
const server = await givenServer();
const environment = {
  ...process.env,
  DELTA_HUB_BROKER: 'kafka',
  KAFKA_BROKERS: cluster?.brokers.join(',') ?? given,
  DELTA_HUB_STORE: 'kurrentdb',
  KURRENTDB_URL: server.connectionString,
  KURRENTDB_PREFIX: freshPrefix(),
};

const hub = async (...args: readonly string[]): Promise<number> => {
  const child = spawn(process.execPath, ['--no-warnings', HUB, ...args], {
    stdio: ['ignore', args[0] === 'topics' ? 'ignore' : 'inherit', 'inherit'],
    env: environment,
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

try {
  const made = await hub('topics', 'apply');
  process.exitCode = made === 0 ? await hub('demo', ...process.argv.slice(2)) : made;
} finally {
  server.stop();
  await cluster?.stop();
}
console.error(`KurrentDB: ${describeServer()}`);
