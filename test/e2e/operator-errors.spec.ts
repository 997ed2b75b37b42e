/** What an operator mistypes, does twice at once, or does where the disk does not let him: a code, and nothing half done. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

jest.setTimeout(PATIENCE_MS);

const root = temporary();
const at = (...names: readonly string[]): string => join(root.path, ...names);
const data = at('数据 one');
const node = join(data, 'nodes', '32');
beforeAll(async () => {
  expect(await hub(['init', '--data', data])).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(at('rubbish'), '{}');
}, PATIENCE_MS);
afterAll(() => root.remove());

const failure = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { code, stderr, stdout } = await hub(args, env);
  return { code, stdout, says: /^([A-Z_]+): /.exec(stderr)?.[1] };
};
const refused = (says: string, code = 2) => ({ code, stdout: '', says });

describe('mistyped', () => {
  it.each([
    ['an empty port', ['node', '--node', '32', '--port', '']],
    ['an officer without a number', ['token', '--node', '32', '--agency', 'cca-320509', '--officer', '']],
    ['an address', ['ledger', 'verify', 'http://', '--token', 'x', '--trust', join(node, 'trust.json')]],
    ['a node whose log forked', ['ledger', 'settle', node, '--forked', '99', '--reason', 'why']],
    ['a region to replay', ['ledger', 'replay', node, '--region', '99']],
    ['an agency to replay', ['ledger', 'replay', node, '--agency', 'cca-32050']],
    [
      'nobody who replays a person',
      ['ledger', 'replay', node, '--person', 'T-1-1', '--officer', ' ', '--reason', 'why'],
    ],
    ['a group of accounts', ['store', 'apply', '--node', '32', '--group', '']],
    ['a topic', ['subscribe', '--topic', 'delta-hub.32.event.v1', '--trust', join(node, 'trust.json')]],
  ])('%s is refused', async (_, args) => expect(await failure([...args])).toEqual(refused('USAGE')));

  it('a trust list that is none is a wrong argument', async () => {
    const args = ['subscribe', '--topic', 'delta-hub.32.events.v1', '--trust', at('rubbish')];
    expect(await failure(args)).toEqual(refused('TRUST_LIST_INVALID'));
  });

  it('the keys of the issuer are a setting', async () => {
    const start = (file: string) =>
      failure(['node', '--node', '32', '--port', '0', '--data', data], { DELTA_HUB_ISSUER_JWKS_FILE: file });
    expect(await start(at('nowhere.json'))).toEqual(refused('CONFIG_INVALID'));
    expect(await start(at('rubbish'))).toEqual(refused('CONFIG_INVALID'));
    writeFileSync(at('another key'), 'secret');
    const args = ['node', '--node', '32', '--port', '0', '--data', data];
    const { stderr } = await hub(args, { DELTA_HUB_ISSUER_JWKS_FILE: at('another key') });
    expect(stderr).toMatch(/^CONFIG_INVALID: /);
    expect(stderr).not.toContain('secret');
  });

  it('an address of KurrentDB is told without the password', async () => {
    writeFileSync(at('account'), 'node-32:secret\n');
    for (const url of ['kurrentdb://h:99999999', 'kurrentdb://h?nosuch=1', 'kurrentdb://h?tls=perhaps']) {
      const environment = { KURRENTDB_URL: url, KURRENTDB_CREDENTIALS_FILE: at('account') };
      const { code, stderr } = await hub(['store', 'diff', '--node', '32'], environment);
      expect({ code, isCoded: stderr.startsWith('CONFIG_INVALID: ') }).toEqual({ code: 2, isCoded: true });
      expect(stderr).not.toContain('secret');
    }
  });

  it('the file of topics, or brokers that are away, are told by their codes', async () => {
    const diff = (file: string) => failure(['topics', 'diff', '--file', file], { KAFKA_BROKERS: '127.0.0.1:1' });
    expect(await diff(at('nowhere.yaml'))).toEqual(refused('CONFIG_INVALID'));
    expect(await diff('../deploy/kafka/topics.yaml')).toEqual(refused('UNAVAILABLE', 1));
  });
});

describe('a directory', () => {
  it('that two make at once is one of them, with every key that is trusted', async () => {
    for (const name of ['a', 'b', 'c']) {
      const twice = await Promise.all([1, 2].map(() => hub(['init', '--data', at(name)])));
      expect(twice.map(({ code, stderr }) => ({ code, stderr }))).toEqual(twice.map(() => ({ code: 0, stderr: '' })));
      const trust = readFileSync(at(name, 'nodes', '31', 'trust.json'), 'utf8');
      for (const id of ['31', '32', '33', '34']) {
        const key = readFileSync(at(name, 'nodes', id, 'keys', 'event-1.json'), 'utf8');
        expect(trust).toContain((JSON.parse(key) as { x: string }).x);
      }
    }
  });

  it('of one node is not said to hold four', async () => {
    expect(await hub(['init', '--data', at('lone'), '--node', '32'])).toMatchObject({ code: 0 });
    expect(await failure(['init', '--data', at('lone')])).toEqual(refused('DATA_DIR_INVALID', 1));
  });

  it('that cannot be made, or locked, is not said to be in use', async () => {
    const { stderr } = await hub(['init', '--data', at('rubbish', 'below')]);
    expect(stderr).toMatch(/^ENOTDIR: [^:]*not a directory/);
    expect(await hub(['init', '--data', at('stuck'), '--node', '32'])).toMatchObject({ code: 0 });
    mkdirSync(at('stuck', 'nodes', '32', 'node.lock'));
    expect(await failure(['topics', 'resend', '--node', '32', '--data', at('stuck')])).toEqual(
      refused('DATA_DIR_INVALID', 1),
    );
  });
});

describe('the keys of a stopped node', () => {
  const keys = (...args: readonly string[]) => failure(['keys', ...args, '--node', '33', '--data', data]);

  it('were not stolen in time to come', async () => {
    const later = '2999-01-01T00:00:00.000Z';
    expect(await keys('rotate', '--compromised-from', later)).toEqual(refused('USAGE'));
    expect(existsSync(join(data, 'nodes', '33', 'keys', 'event-2.json'))).toBe(false);
    const old = ['--kid', '31/1', '--reason', 'compromised', '--from', later];
    expect(await keys('revoke', ...old)).toEqual(refused('USAGE'));
  });

  it('are not taken away when nothing could sign the heads of the log any more', async () => {
    const lost = ['revoke', '--reason', 'lost', '--kid'];
    expect(await keys(...lost, '33/ledger-1')).toEqual(refused('USAGE'));
    expect((await keys('rotate', '--ledger')).code).toBe(0);
    expect((await keys(...lost, '33/ledger-2')).code).toBe(2);
  });
});

it('a log for trials is served by one process at a time', async () => {
  const args = ['ledger', 'scratch', '--data', at('scratch')];
  const first = RunningHub.start(args);
  await first.line(/^delta-hub.cn\/scratch/);
  expect(await failure(args)).toEqual(refused('DATA_DIR_IN_USE', 1));
  await first.kill('SIGTERM');
});

it('what is no state of subscribe is refused', async () => {
  // The embedded broker is there once a node has started; what reads its state does so before anything else.
  writeFileSync(join(data, 'broker.db'), '');
  const args = ['subscribe', '--topic', 'delta-hub.32.events.v1', '--trust', join(node, 'trust.json'), '--data', data];
  expect(await failure([...args, '--until-end', '--state', at('rubbish')])).toEqual(refused('USAGE'));
});
