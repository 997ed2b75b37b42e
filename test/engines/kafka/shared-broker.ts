/**
 * The one broker for suites that do not hurt it, and for the demo: those that are given, else one in a container where there
 * is a Docker that runs one, else one from pinned jars. Who kills brokers, or needs three, starts them from the jars itself.
 */
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.js';
import { KAFKA_VERSION } from './jars.js';
import { answers, KafkaCluster } from './kafka-cluster.js';
import { serverProperties } from './server-properties.js';

export interface SharedBroker {
  /** `host:port,host:port` */
  readonly brokers: string;
  /** For people: where it comes from. */
  readonly origin: string;
  stop(): Promise<void>;
}

export const IMAGE = `apache/kafka:${KAFKA_VERSION}`;
/** The image may have to be fetched first. */
const RUN_WITHIN_MS = 300_000;
const READY_WITHIN_MS = 90_000;

const run = promisify(execFile);

export const openSharedBroker = async (
  environment: NodeJS.ProcessEnv = process.env,
  fromJars: () => Promise<SharedBroker> = brokerFromJars,
): Promise<SharedBroker> => {
  const given = environment['KAFKA_BROKERS'];
  if (given !== undefined && given !== '')
    return { brokers: given, origin: `the brokers given, ${given}`, stop: () => Promise.resolve() };
  return (await brokerInDocker(environment)) ?? fromJars();
};

const brokerFromJars = async (): Promise<SharedBroker> => {
  const cluster = await KafkaCluster.start();
  return {
    brokers: cluster.brokers.join(','),
    origin: `${KAFKA_VERSION}, from its jars`,
    stop: () => cluster.stop(),
  };
};

/** Undefined where there is no Docker, or none that brings a broker to answer. */
const brokerInDocker = async (env: NodeJS.ProcessEnv): Promise<SharedBroker | undefined> => {
  const docker = (...args: readonly string[]) => run('docker', args, { env, timeout: RUN_WITHIN_MS });
  const name = `delta-hub-tests-${process.pid}`;
  const stop = async (): Promise<void> => void (await docker('rm', '--force', name));
  try {
    await docker('version'); // Fails where there is a client and nothing that it could ask.
  } catch {
    return undefined;
  }
  try {
    const [port, controllerPort, certificatePort] = await freePorts(3);
    const plan = { id: 1, port: port!, controllerPort: controllerPort!, certificatePort: certificatePort! };
    const settings = inContainer(serverProperties({ ...plan, dataDir: '/tmp/kafka-data' }, [{ ...plan, dataDir: '' }]));
    const publish = `127.0.0.1:${port}:${port}`;
    await docker('run', '--detach', '--rm', '--name', name, '--publish', publish, ...settings, IMAGE);
    await answering(plan.port);
    return { brokers: `127.0.0.1:${port}`, origin: `${IMAGE}, in Docker`, stop };
  } catch (error) {
    const { stderr, message } = error as Error & { readonly stderr?: string };
    process.stderr.write(`no broker in Docker, ${IMAGE}: ${stderr ?? message}\n`);
    await stop().catch(() => undefined);
    return undefined;
  }
};

/** The settings as the image takes them, each a variable; a container listens on all of its addresses. */
const inContainer = (properties: string): readonly string[] =>
  properties
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [name = '', value = ''] = [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)];
      const told = name === 'listeners' ? value.replaceAll('127.0.0.1', '0.0.0.0') : value;
      return ['--env', `KAFKA_${name.toUpperCase().replaceAll('.', '_')}=${told}`];
    });

const answering = async (port: number): Promise<void> => {
  for (const deadline = performance.now() + READY_WITHIN_MS; !(await answers(port)); await pause(100))
    if (performance.now() > deadline) throw new Error(`nothing answers on port ${port}`);
};
