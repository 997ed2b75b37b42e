import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

interface Report {
  readonly ok: boolean;
  readonly transfer: { readonly id: string; readonly status: string };
  readonly ledgers: readonly {
    readonly node: string;
    readonly size: number;
    readonly root: string;
    readonly verified: boolean;
  }[];
}

const data = temporary();
const copies = temporary();
afterAll(() => {
  data.remove();
  copies.remove();
});

const endOfDay = (day: string): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString();

describe('the play', () => {
  it(
    'survives kill -9 of the hub and of single nodes at every stage, and ends as the law has it',
    async () => {
      for (const stage of [1, 3, 4, 6, 8, 10]) {
        const running = RunningHub.start(['demo', '--data', data.path, '--port', '0']);
        try {
          await running.acts(stage);
          if (stage === 4 || stage === 8) {
            process.kill(childrenOf(running.child.pid!)[stage === 4 ? 0 : 1]!, 'SIGKILL');
            await running.line(/starting it again/);
          }
        } finally {
          await running.kill('SIGKILL');
        }
      }
      const { code, stdout, stderr } = await hub(['demo', '--json', '--data', data.path]);
      expect({ code, stderr: stderr.includes('verifying the ledgers') }).toEqual({ code: 0, stderr: true });
      expect(JSON.parse(stdout)).toEqual({
        ok: true,
        transfer: { id: expect.stringMatching(/^transfer-[0-9a-f-]{36}$/) as unknown, status: 'COMPLETED' },
        answerable: [
          {
            agency: '320509',
            agencyId: 'cca-320509',
            name: '吴江区社区矫正管理局',
            from: '2025-01-06T01:00:00.000Z',
            until: '2025-03-24T01:05:00.000Z',
          },
          {
            agency: '310118',
            agencyId: 'cca-310118',
            name: '青浦区社区矫正管理局',
            from: '2025-03-24T01:05:00.000Z',
            until: null,
          },
        ],
        deadlines: [
          { step: 'OPINION', due: endOfDay('2025-03-13'), at: '2025-03-11T06:00:00.000Z', met: true, marginDays: 2 },
          {
            step: 'CONSULTATION',
            due: endOfDay('2025-03-17'),
            at: '2025-03-13T02:15:00.000Z',
            met: true,
            marginDays: 4,
          },
          { step: 'REPLY', due: endOfDay('2025-03-18'), at: '2025-03-17T07:40:00.000Z', met: true, marginDays: 1 },
          { step: 'DECISION', due: endOfDay('2025-03-20'), at: '2025-03-18T03:00:00.000Z', met: true, marginDays: 2 },
          { step: 'FILE_SENT', due: endOfDay('2025-03-24'), at: '2025-03-20T08:00:00.000Z', met: true, marginDays: 4 },
          { step: 'RECEIPT', due: endOfDay('2025-03-26'), at: '2025-03-21T02:30:00.000Z', met: true, marginDays: 5 },
          { step: 'REPORT', due: endOfDay('2025-03-26'), at: '2025-03-24T01:05:00.000Z', met: true, marginDays: 2 },
        ],
        // 12 facts of the transfer on both sides, and the registration at the origin: nothing lost, nothing doubled.
        ledgers: [31, 32, 33, 34].map((node, index) => ({
          node: String(node),
          size: [12, 13, 0, 0][index],
          root: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
          verified: true,
        })),
        refusals: [],
      });
    },
    2 * PATIENCE_MS,
  );

  it(
    'is not played twice: the same facts, the same heads',
    async () => {
      const first = await hub(['ledger', 'verify', data.path, '--json']);
      const again = await hub(['demo', '--json', '--data', data.path]);
      const second = await hub(['ledger', 'verify', data.path, '--json']);
      expect(again.stderr).toContain('has been played before');
      expect((JSON.parse(again.stdout) as Report).ok).toBe(true);
      expect(second.stdout).toBe(first.stdout);
    },
    PATIENCE_MS,
  );

  it.each([
    [
      'a leaf of the log',
      'ledger.db',
      'SELECT leaf AS bytes FROM entries WHERE pos = 5',
      'UPDATE entries SET leaf = ? WHERE pos = 5',
    ],
    [
      'a hash of a tile',
      'ledger.db',
      'SELECT hashes AS bytes FROM tiles WHERE level = 0 AND n = 0',
      'UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 0',
    ],
    [
      'a stored event',
      'events.db',
      'SELECT data AS bytes FROM events WHERE position = 6',
      'UPDATE events SET data = ? WHERE position = 6',
    ],
    ['the root of the locked head', 'lock.db', 'SELECT root AS bytes FROM signed', 'UPDATE signed SET root = ?'],
  ])(
    'cannot hide one flipped byte in %s',
    async (what, file, read, write) => {
      const copy = join(copies.path, what.replaceAll(' ', '-'));
      cpSync(data.path, copy, { recursive: true });
      const db = new DatabaseSync(join(copy, 'nodes', '32', file));
      const bytes = Buffer.from(db.prepare(read).get()!['bytes'] as Uint8Array);
      bytes[20]! ^= 1;
      db.prepare(write).run(bytes);
      db.close();
      const { code, stderr } = await hub(['ledger', 'verify', copy]);
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: expect.stringMatching(/^VERIFICATION_FAILED: .*ledger\/32: \w+ at entry \d+/m) as unknown,
      });
    },
    PATIENCE_MS,
  );
});

/** Process ids of the nodes a hub has started, in their order. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).map(Number);
