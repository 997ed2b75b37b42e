import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EXPECTED_REPORT } from './expected-report.js';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

const data = temporary();
let running: RunningHub | undefined;
afterAll(async () => {
  await running?.kill('SIGKILL');
  data.remove();
});

const keysAt = async (node: string, command: string, ...options: readonly string[]) => {
  const ended = await hub(['keys', command, '--data', data.path, '--node', node, ...options]);
  return { code: ended.code, said: ended.stdout.trim(), error: ended.stderr.split('\n', 1)[0] };
};
const keys = (command: string, ...options: readonly string[]) => keysAt('32', command, ...options);
const KEY_EVENTS = 4;

/** Of a key, as each of the four nodes has it: why it is revoked. */
const reasonsOf = async (kid: string): Promise<unknown[]> => {
  const reasons: unknown[] = [];
  for (const node of ['31', '32', '33', '34']) {
    const { said } = await keysAt(node, 'list', '--json');
    const known = (JSON.parse(said) as { keys: { kid: string; revoked?: { reason: string } }[] }).keys;
    reasons.push(known.find((one) => one.kid === kid)?.revoked?.reason);
  }
  return reasons;
};

/** Keys change in the middle of a play; it ends as if nothing had happened, and everything verifies. */
describe('the keys of a node', () => {
  it(
    'are rotated between the fifth and the sixth act: the one that signs events, and the one that signs heads',
    async () => {
      running = RunningHub.start(['demo', '--data', data.path, '--port', '0']);
      await running.acts(5);
      await running.kill('SIGKILL');
      expect(await keys('rotate', '--json')).toMatchObject({
        code: 0,
        said: '{"introduced":"32/2","revoked":"32/1","reason":"superseded"}',
      });
      expect(await keys('rotate', '--ledger')).toMatchObject({
        code: 0,
        said: '32/ledger-2 signs the heads of the log from here on; 32/ledger-1 is superseded',
      });
      // What the old keys signed is verified without their private halves.
      for (const name of ['event-1.json', 'ledger-1.json']) rmSync(join(data.path, 'nodes', '32', 'keys', name));
      const { code, stdout } = await hub(['demo', '--json', '--data', data.path]);
      const ledgers = EXPECTED_REPORT.ledgers.map((ledger) => {
        return { ...ledger, size: ledger.size! + KEY_EVENTS, level: 'SEALED' };
      });
      expect({ code, report: JSON.parse(stdout) as unknown }).toEqual({
        code: 0,
        report: { ...EXPECTED_REPORT, ledgers },
      });
      expect((await hub(['ledger', 'verify', data.path])).code).toBe(0);
    },
    3 * PATIENCE_MS,
  );

  it(
    'are proven with what they signed, from the directory of a node',
    async () => {
      const directory = join(data.path, 'nodes', '32');
      const { stdout } = await hub(['ledger', 'replay', directory, '--json']);
      const events = stdout.split('\n').flatMap((line) => {
        const { event } = (line === '' ? {} : JSON.parse(line)) as { event?: { id: string; kid: string } };
        return event === undefined ? [] : [event];
      });
      expect(new Set(events.map(({ kid }) => kid))).toEqual(new Set(['32/1', '31/1', '32/2']));
      for (const kid of ['32/1', '31/1', '32/2']) {
        const { id } = events.find((event) => event.kid === kid)!;
        const out = join(data.path, `${id}.zip`);
        const proven = await hub(['ledger', 'prove', directory, id, '--out', out, '--json']);
        expect({ ...proven, stdout: JSON.parse(proven.stdout) as unknown }).toMatchObject({
          code: 0,
          stdout: { ok: true, eventId: id, level: 'SEALED', isAnchored: true },
        });
      }
      expect(await hub(['ledger', 'prove', directory, 'nonsense'])).toMatchObject({ code: 2 });
    },
    PATIENCE_MS,
  );

  it(
    'that turn out to be stolen leave in doubt what no witness had seen, until the node declares it again',
    async () => {
      const sizeOf = async (): Promise<number> =>
        (JSON.parse((await keys('doubts', '--json')).said) as { doubts: unknown[] }).doubts.length;
      expect(await sizeOf()).toBe(0);
      expect((await keys('rotate', '--compromised-from', '2025-03-24T00:00:00Z')).error).toContain('USAGE');
      expect((await keys('rotate', '--compromised-from', '2025-03-20T00:00:00.000Z')).code).toBe(0);
      const { code, stdout } = await hub(['demo', '--json', '--data', data.path]);
      expect({ code, ok: (JSON.parse(stdout) as { ok: boolean }).ok }).toEqual({ code: 0, ok: true });
      const before = await sizeOf();
      expect(before).toBeGreaterThan(0);
      expect(await keys('reattest', '--event', '01958f00-0000-7000-8000-000000000000')).toMatchObject({ code: 2 });
      expect((await keys('reattest', '--all')).said).toBe(`${before} events declared again by 32/3`);
      await hub(['demo', '--json', '--data', data.path]);
      expect(await sizeOf()).toBe(0);
      expect((await hub(['ledger', 'verify', data.path])).code).toBe(0);
    },
    3 * PATIENCE_MS,
  );

  it(
    'are taken away by two other nodes: one that turns out to be stolen, and the last one of a node that lost it',
    async () => {
      const stolen = ['--kid', '32/1', '--reason', 'compromised', '--from', '2025-03-24T00:00:00.000Z'];
      const lost = ['--kid', '32/3', '--reason', 'lost'];
      expect(await keysAt('31', 'revoke', ...stolen)).toMatchObject({
        code: 0,
        said: '32/1: compromised, said by 31/1; it counts when another node has said the same',
      });
      expect(await keysAt('31', 'revoke', ...stolen)).toMatchObject({
        code: 2,
        error: 'USAGE: --kid: node 31 has said so of 32/1 already',
      });
      expect((await keysAt('34', 'revoke', ...stolen)).code).toBe(0);
      expect((await keysAt('31', 'revoke', ...lost)).code).toBe(0);
      expect((await hub(['demo', '--json', '--data', data.path])).code).toBe(0);
      expect(await reasonsOf('32/1')).toEqual(Array<string>(4).fill('compromised'));
      expect(await reasonsOf('32/3')).toEqual(Array<undefined>(4).fill(undefined));

      expect(await keysAt('33', 'revoke', ...lost, '--json')).toMatchObject({
        code: 0,
        said: '{"revoked":"32/3","by":"33/1","isGone":true}',
      });
      expect((await hub(['demo', '--json', '--data', data.path])).code).toBe(0);
      expect(await reasonsOf('32/3')).toEqual(Array<string>(4).fill('lost'));
      expect((await hub(['ledger', 'verify', data.path])).code).toBe(0);
      expect((await keys('rotate')).error).toContain('KEY_MISSING');
      expect((await hub(['demo', '--data', data.path])).stderr).toContain('KEY_MISSING');
    },
    4 * PATIENCE_MS,
  );
});
