import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EXPECTED_REPORT } from './expected-report.js';
import { hub, PATIENCE_MS, temporary } from './running-hub.js';

const data = temporary();
const demo = () => hub(['demo', '--json', '--data', data.path]);
const topics = (...args: readonly string[]) => hub(['topics', ...args, '--data', data.path, '--json']);

beforeAll(async () => {
  expect((await demo()).code).toBe(0);
}, PATIENCE_MS);
afterAll(() => data.remove());

it(
  'everything sent again and read again from the beginning changes nothing: each fact is there once',
  async () => {
    expect((await topics('resend', '--node', '32')).stdout).toBe('{"node":"32","resends":true}\n');
    expect((await topics('reread', '--node', '31', '--peer', '32')).stdout).toBe('{"node":"31","rereads":"32"}\n');
    const { code, stdout } = await demo();
    expect({ code, report: JSON.parse(stdout) as unknown }).toEqual({ code: 0, report: EXPECTED_REPORT });
    const args = ['--topic', 'delta-hub.32.events.v1', '--trust', `${data.path}/nodes/32/trust.json`, '--until-end'];
    const read = await hub(['subscribe', ...args, '--data', data.path]);
    const ids = read.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect([read.code, ids.length]).toEqual([0, 2 * new Set(ids).size]);
  },
  2 * PATIENCE_MS,
);

it.each([
  ['a peer that is the node itself', ['reread', '--node', '31', '--peer', '31'], 2, 'USAGE'],
  ['a node that there is not', ['resend', '--node', '35'], 2, 'USAGE'],
])(
  '%s is refused',
  async (_, args, code, says) => {
    const { code: found, stderr } = await topics(...args);
    expect([found, stderr.split(':')[0]]).toEqual([code, says]);
  },
  PATIENCE_MS,
);
