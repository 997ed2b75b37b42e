import { once } from 'node:events';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hub, PATIENCE_MS, RunningHub, temporary, unreadHub, WITHOUT_ENGINES, WITHOUT_NEST } from './running-hub.js';

// Every command is a process of its own, and starts slowly on a busy machine.
jest.setTimeout(PATIENCE_MS);

const data = temporary();
afterAll(() => data.remove());

/** Exit code and the stable code that standard error begins its last line with. */
const failure = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<unknown> => {
  const { code, stderr, stdout } = await hub(args, env);
  return { code, stdout, says: /^([A-Z_]+): /m.exec(stderr)?.[1] };
};

describe('arguments', () => {
  it('--help lists the commands', async () => {
    const { code, stdout } = await hub(['--help'], WITHOUT_ENGINES);
    expect(code).toBe(0);
    for (const command of ['up', 'demo', 'token', 'ledger', 'Exit codes']) expect(stdout).toContain(command);
  });
  it.each([
    ['@platformatic/kafka', ['topics', 'diff'], { KAFKA_BROKERS: '127.0.0.1:1' }],
    ['@kurrent/kurrentdb-client', ['store', 'diff', '--node', '32'], { KURRENTDB_URL: 'kurrentdb://127.0.0.1:1' }],
  ])('%s is loaded by the command that needs it, and only then', async (client, args, env) => {
    const { code, stderr } = await hub(args, { ...WITHOUT_ENGINES, ...env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: `FAILED: is loaded: ${client}\n` });
  });
  it('only a command that runs a node loads Nest', async () => {
    const mine = temporary();
    const without = (...args: string[]) => failure(args, WITHOUT_NEST);
    const node = join(mine.path, 'nodes', '31');
    expect(await hub(['init', '--data', mine.path], WITHOUT_NEST)).toMatchObject({ code: 0 });
    expect(await without('ledger', 'verify', node)).toMatchObject({ says: 'DATA_DIR_INVALID' });
    expect(await without('ledger', 'replay', node)).toMatchObject({ says: 'NOTHING_SIGNED' });
    expect(await without('ledger', 'prove', node, 'none')).toMatchObject({ says: 'NOTHING_SIGNED' });
    expect(await without('ledger', 'export', node, join(mine.path, 'out'))).toMatchObject({ says: 'NOTHING_SIGNED' });
    expect(await hub(['keys', 'list', '--node', '31', '--data', mine.path], WITHOUT_NEST)).toMatchObject({ code: 0 });
    expect(await without('node', '--node', '31', '--data', mine.path, '--port', '0')).toMatchObject({ says: 'FAILED' });
    mine.remove();
  });
  it('whose output nobody reads any more end without a word', async () => {
    expect(await unreadHub(['--help'])).toEqual({ code: 1, stderr: '' });
  });
  it('no command at all prints the help and ends with 2', async () => {
    const { code, stdout, stderr } = await hub([]);
    expect({ code, stdout, stderr: stderr.startsWith('Usage: delta-hub') }).toEqual({
      code: 2,
      stdout: '',
      stderr: true,
    });
  });
  it.each([
    [['fly'], 'USAGE'],
    [['up', '--colour', 'red'], 'USAGE'],
    [['token'], 'USAGE'],
    [['up', '--port', 'eighty'], 'USAGE'],
    [['demo', '--port', '70000'], 'USAGE'],
    [['token', '--node', '35', '--agency', 'cca-320509'], 'USAGE'],
    [['token', '--node', '32', '--agency', 'cca-999999'], 'USAGE'],
    [['token', '--node', '32', '--agency', 'cca-310118'], 'USAGE'],
    [['token', '--node', '32', '--agency', 'cca-320509', '--role', 'judge'], 'USAGE'],
    [['ledger', 'verify', 'http://127.0.0.1:1'], 'USAGE'],
  ])('%j is refused', async (args, says) => expect(await failure(args)).toEqual({ code: 2, stdout: '', says }));
  it('the development issuer is refused in production', async () => {
    const args = ['token', '--data', data.path, '--node', '32', '--agency', 'cca-320509'];
    expect(await failure(args, { DELTA_HUB_ENV: 'production' })).toEqual({
      code: 2,
      stdout: '',
      says: 'DEV_ISSUER_IN_PRODUCTION',
    });
    expect(await failure(args)).toEqual({ code: 1, stdout: '', says: 'KEY_MISSING' });
  });
  it('a directory that is none of the hub’s is refused and left alone', async () => {
    expect(await failure(['ledger', 'verify', data.path])).toEqual({ code: 1, stdout: '', says: 'DATA_DIR_INVALID' });
    expect(readdirSync(data.path)).toEqual([]);
  });
});

describe('a hub that cannot start', () => {
  let running: RunningHub;
  beforeAll(async () => {
    running = RunningHub.start(['up', '--no-play', '--data', data.path, '--port', '0']);
    await running.line(/Ctrl-C stops the hub/);
  }, PATIENCE_MS);
  afterAll(() => running.kill('SIGKILL'));

  it(
    'says that another one uses the directory',
    async () => {
      expect(await failure(['demo', '--data', data.path])).toEqual({
        code: 1,
        stdout: expect.anything() as unknown,
        says: 'DATA_DIR_IN_USE',
      });
    },
    PATIENCE_MS,
  );

  it(
    'says that the port is taken, that a key is missing, that a directory is another node’s',
    async () => {
      await running.kill('SIGTERM');
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const start = (dir: string, ...more: readonly string[]) => failure(['up', '--no-play', '--data', dir, ...more]);
      const fails = (says: string) => ({ code: 1, stdout: expect.anything() as unknown, says });
      const refused = await start(data.path, '--port', String(port));
      server.close();
      expect(refused).toEqual(fails('PORT_IN_USE'));

      const nodes = join(data.path, 'nodes');
      cpSync(join(nodes, '34', 'node.json'), join(data.path, 'node-34.json'));
      cpSync(join(nodes, '33', 'node.json'), join(nodes, '34', 'node.json'));
      expect(await start(data.path, '--port', '0')).toEqual(fails('DATA_DIR_OF_ANOTHER_NODE'));
      cpSync(join(data.path, 'node-34.json'), join(nodes, '34', 'node.json'));
      rmSync(join(nodes, '31', 'keys', 'event-1.json'));
      expect(await start(data.path, '--port', '0')).toEqual(fails('KEY_MISSING'));
    },
    2 * PATIENCE_MS,
  );
});
