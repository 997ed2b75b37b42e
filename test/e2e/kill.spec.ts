import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EXPECTED_REPORT } from './expected-report.js';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

const data = temporary();
let running: RunningHub | undefined;
const start = (): RunningHub => (running = RunningHub.start(['demo', '--data', data.path, '--port', '0']));
afterEach(async () => {
  await running?.kill('SIGKILL');
});

/** Process ids of the nodes a hub has started, in the order of their starts. */
const nodesOf = ({ child }: RunningHub): number[] =>
  readFileSync(`/proc/${child.pid!}/task/${child.pid!}/children`, 'utf8').split(/\s+/).filter(Boolean).map(Number);

const NODES = ['31', '32', '33', '34'];

/** One play on one directory, cut off again and again; the last part shows that nothing was lost or doubled. */
describe('kill -9', () => {
  it(
    'of the hub before and between the acts leaves what the next start goes on from',
    async () => {
      const early = start();
      await early.line(/^starting the four nodes/);
      await early.kill('SIGKILL');
      for (const acts of [1, 2, 4]) {
        const hubNow = start();
        await hubNow.acts(acts);
        await hubNow.kill('SIGKILL');
      }
    },
    2 * PATIENCE_MS,
  );

  it.each([
    [5, '31'],
    [6, '32'],
  ])(
    'after act %d of node %s is answered by starting it again, also when it is killed before it is ready',
    async (acts, node) => {
      const hubNow = start();
      await hubNow.acts(acts);
      const before = nodesOf(hubNow);
      expect(before).toHaveLength(NODES.length);
      process.kill(before[NODES.indexOf(node)]!, 'SIGKILL');
      await hubNow.line(new RegExp(`^node ${node} ended \\(SIGKILL\\); starting it again`));
      let successor: number | undefined;
      while (successor === undefined) {
        await setImmediate();
        successor = nodesOf(hubNow).find((pid) => !before.includes(pid));
      }
      process.kill(successor, 'SIGKILL');
      await hubNow.acts(acts + 2);
      expect(hubNow.lines.filter((line) => line.startsWith(`node ${node} ended`))).toHaveLength(2);
      await hubNow.kill('SIGKILL');
    },
    PATIENCE_MS,
  );

  it(
    'of the hub after its last acts, and the play still ends as the law has it',
    async () => {
      for (const acts of [9, 11]) {
        const hubNow = start();
        await hubNow.acts(acts);
        await hubNow.kill('SIGKILL');
      }
      const { code, stdout } = await hub(['demo', '--json', '--data', data.path]);
      expect({ code, report: JSON.parse(stdout) as unknown }).toEqual({ code: 0, report: EXPECTED_REPORT });
      expect((await hub(['ledger', 'verify', data.path])).code).toBe(0);
      data.remove();
    },
    2 * PATIENCE_MS,
  );
});
