/** A node whose brokers are not there when it starts, and come later, with either client. Needs the built programs. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hub, RunningHub, temporary } from '../../e2e/running-hub.js';
import { freePorts } from '../kafka/free-ports.js';
import { KafkaCluster } from '../kafka/kafka-cluster.js';
import { PRODUCE, Relay } from '../kafka/relay.js';

const PATIENCE_MS = 240_000;
const data = temporary();
let port: number;
let cluster: KafkaCluster;
/** The only way to the broker: none, as long as nobody listens. */
let relay: Relay | undefined;
beforeAll(async () => {
  [port] = (await freePorts(1)) as [number];
  await Promise.all(CLIENTS.map((client) => hub(['init', '--data', directoryOf(client)])));
  cluster = await KafkaCluster.start(1, { advertisedPort: port });
});
afterAll(async () => {
  await relay?.stop();
  await cluster.stop();
  data.remove();
});

interface Serving {
  readonly running: RunningHub;
  readonly url: string;
}

const CLIENTS = ['platformatic', 'kafkajs'];
const directoryOf = (client: string): string => `${data.path}/${client}`;

const start = async (client: string): Promise<Serving> => {
  const running = RunningHub.start(['node', '--node', '32', '--data', directoryOf(client), '--port', '0'], {
    ...{ DELTA_HUB_BROKER: 'kafka', KAFKA_CLIENT: client, KAFKA_BROKERS: `127.0.0.1:${port}` },
  });
  const [, url] = /(http:\S+)\/graphql/.exec(await running.line(/serves/))!;
  return { running, url: url! };
};

const textOf = async ({ url }: Serving, path: string): Promise<string> => (await fetch(`${url}${path}`)).text();

const told = async (node: Serving) => {
  const text = await textOf(node, '/readyz?verbose');
  const { status } = await fetch(`${node.url}/readyz?without=broker&without=subscribers`);
  const unreachable = /^\[-\] broker fail: not reachable for (.*)$/m.exec(text)?.[1]?.split(', ').toSorted();
  return { unreachable, status };
};

const end = async ({ running }: Serving) => {
  const began = performance.now();
  await running.kill('SIGTERM');
  return { code: running.child.exitCode, isInTime: performance.now() - began < 15_000 };
};

it(
  'starts, serves its officers, says whom it cannot hear, and ends when it is told to',
  async () => {
    const unreachable = [
      'consumer-31',
      'consumer-33',
      'consumer-34',
      'heartbeats-31',
      'heartbeats-33',
      'heartbeats-34',
    ];
    const nodes = await Promise.all(CLIENTS.map(start));
    const expected = { unreachable, status: 200 };
    expect(await Promise.all(nodes.map(told))).toEqual([expected, expected]);
    const ended = { code: 0, isInTime: true };
    expect(await Promise.all(nodes.map(end))).toEqual([ended, ended]);
  },
  PATIENCE_MS,
);

it(
  'follows its peers once the broker is there, and says so before any of them has sent a fact',
  async () => {
    const stopped = /^\[-\] subscribers fail: stopped: .*consumer-31.*consumer-33.*consumer-34/m;
    const following = /^hub_consumer_stalled\{consumer="consumer-3\d".*\} 0$/gm;
    const nodes = await Promise.all(CLIENTS.map(start));
    for (const node of nodes) while (!stopped.test(await textOf(node, '/readyz?verbose')));
    relay = await Relay.start(port, cluster.nodes[0]!.plan.port);
    const applied = await hub(['topics', 'apply'], { KAFKA_BROKERS: `127.0.0.1:${port}` });
    expect(applied.code).toBe(0);
    for (const node of nodes) while ((await textOf(node, '/metrics')).match(following)?.length !== 3);

    // Ends when it is told to, though the broker stands still by then.
    await cluster.nodes[0]!.freeze();
    const ended = { code: 0, isInTime: true };
    expect(await Promise.all(nodes.map(end))).toEqual([ended, ended]);
    cluster.nodes[0]!.thaw();
  },
  PATIENCE_MS,
);

it.each(CLIENTS)(
  'with %s, gives up what the broker does not acknowledge when it is told to end',
  async (client) => {
    const withheld = relay!.withhold(PRODUCE);
    const node = await start(client);
    await withheld;
    expect(await end(node)).toEqual({ code: 0, isInTime: true });
    relay!.heal();
  },
  PATIENCE_MS,
);
