/** A node whose brokers are not there when it starts, with either client. Needs the built programs. */
import { afterAll, expect, it } from '@jest/globals';
import { hub, RunningHub, temporary } from '../../e2e/running-hub.js';

const PATIENCE_MS = 120_000;
const data = temporary();
afterAll(() => data.remove());

const node = async (client: string): Promise<unknown> => {
  const directory = `${data.path}/${client}`;
  await hub(['init', '--data', directory]);
  const running = RunningHub.start(['node', '--node', '32', '--data', directory, '--port', '0'], {
    ...{ DELTA_HUB_BROKER: 'kafka', KAFKA_CLIENT: client, KAFKA_BROKERS: '127.0.0.1:1' },
  });
  const [, url] = /(http:\S+)\/graphql/.exec(await running.line(/serves/))!;
  const told = await (await fetch(`${url}/readyz?verbose`)).text();
  const { status } = await fetch(`${url}/readyz?without=broker&without=subscribers`);
  const began = performance.now();
  await running.kill('SIGTERM');
  return {
    unreachable: /^\[-\] broker fail: not reachable for (.*)$/m.exec(told)?.[1]?.split(', ').toSorted(),
    status,
    code: running.child.exitCode,
    isInTime: performance.now() - began < 15_000,
  };
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
    const expected = { unreachable, status: 200, code: 0, isInTime: true };
    expect(await Promise.all(['platformatic', 'kafkajs'].map(node))).toEqual([expected, expected]);
  },
  PATIENCE_MS,
);
