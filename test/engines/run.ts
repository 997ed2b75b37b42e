/**
 * `npm run test:engines [-- jest arguments]`: the suites that need real engines. Kafka: the brokers in KAFKA_BROKERS
 * (`host:port,host:port`, for tests only) if given, else one that is started here, in Docker or from pinned jars, and stopped
 * at the end; none when no suite is asked for that shares it.
 * KurrentDB: the server of KURRENTDB_URL (for tests only) if given, else a protocol double. The last lines say which.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KAFKA_VERSION } from './kafka/jars.js';
import { openSharedBroker } from './kafka/shared-broker.js';
import { describeServer } from './kurrentdb/given-server.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const JEST = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
/** A client that a failed test left open ends with the run: it must not hold it until the broker drops the connection. */
const SUITES = ['--config', 'jest.config.mjs', '--rootDir', 'test/engines', '--runInBand', '--forceExit'];

const jest = async (environment: NodeJS.ProcessEnv): Promise<number> => {
  const child = spawn(process.execPath, [...JEST, ...SUITES, ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

/** Whether a suite is asked for that shares the one broker; the others start what they hurt themselves. */
const isKafkaWanted = async (): Promise<boolean> => {
  const list = [...JEST, ...SUITES, '--listTests', ...process.argv.slice(2)];
  const { stdout } = await promisify(execFile)(process.execPath, list, { cwd: ROOT });
  return /\/test\/engines\/(kafka|partners)\//.test(stdout);
};

const shared = (await isKafkaWanted()) ? await openSharedBroker() : undefined;
try {
  process.exitCode = await jest({ KAFKA_BROKERS: shared?.brokers });
} finally {
  await shared?.stop();
}
console.log(
  `Kafka: ${shared?.origin ?? 'none shared'}; ${KAFKA_VERSION} from its jars where a suite hurts its brokers`,
);
console.log(`KurrentDB: contract and behaviour on ${describeServer()}; faults and rights on the double in any case`);
