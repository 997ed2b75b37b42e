/**
 * `npm run demo -- --engines`: the play over a real Kafka, the brokers of KAFKA_BROKERS if given, else one that is started
 * here, in Docker or from its jars, and gone at the end, with the events in the KurrentDB of KURRENTDB_URL if given, else in a protocol double of it.
 * Topics and rights are made first, as an operator would; the rights of a given server are those that are there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openSharedBroker } from './kafka/shared-broker.js';
import { describeServer, freshPrefix, serverForPlay } from './kurrentdb/given-server.js';

const HUB = fileURLToPath(new URL('../../apps/hub/dist/main.js', import.meta.url));

const shared = await openSharedBroker();
const server = await serverForPlay();
const environment = {
  ...process.env,
  DELTA_HUB_BROKER: 'kafka',
  KAFKA_BROKERS: shared.brokers,
  DELTA_HUB_STORE: 'kurrentdb',
  KURRENTDB_PREFIX: freshPrefix(),
  ...server.environment,
};

const hub = async (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<number> => {
  const child = spawn(process.execPath, ['--no-warnings', HUB, ...args], {
    stdio: ['ignore', args[0] === 'demo' ? 'inherit' : 'ignore', 'inherit'],
    env: { ...environment, ...more },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

try {
  let code = await hub(['topics', 'apply']);
  const asAdministrator = server.administrator;
  if (code === 0 && asAdministrator !== undefined)
    code = await hub(['store', 'apply', '--node', '31'], asAdministrator);
  process.exitCode = code === 0 ? await hub(['demo', ...process.argv.slice(2)]) : code;
} finally {
  server.stop();
  await shared.stop();
}
console.error(`KurrentDB: ${describeServer()}`);
