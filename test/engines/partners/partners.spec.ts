/**
 * What a partner region does with the topics of a running hub, by README: kcat, Python, and the hub's own `subscribe`. Nodes 31
 * and 33 are on kafkajs, the others on @platformatic/kafka. Needs the built programs.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hub, RunningHub, temporary } from '../../e2e/running-hub.js';
import { freePorts } from '../kafka/free-ports.js';
import { givenBrokers, TestTopics } from '../kafka/test-topics.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const CLIENT_BY_NODE = new URL('../hub/testing/client-by-node.mjs', import.meta.url).href;
const FACTS = 'delta-hub.32.events.v1';
const PATIENCE_MS = 300_000;

const run = promisify(execFile);
const data = temporary();
let running: RunningHub;
const brokers = givenBrokers().join(',');
let jwks: string;
let urlOf: (node: number) => string;
let environment: Readonly<Record<string, string>>;
const trust = join(data.path, 'nodes/32/trust.json');

beforeAll(async () => {
  environment = { DELTA_HUB_BROKER: 'kafka', KAFKA_BROKERS: brokers, NODE_OPTIONS: `--import=${CLIENT_BY_NODE}` };
  expect((await hub(['topics', 'apply'], environment)).code).toBe(0);
  const [port] = await freePorts(4);
  urlOf = (node) => `http://127.0.0.1:${port! + node - 31}`;
  jwks = `${urlOf(32)}/.well-known/jwks.json`;
  running = RunningHub.start(['up', '--data', data.path, '--port', `${port!}`], environment);
  await running.line(/^Serving:/);
}, PATIENCE_MS);
afterAll(async () => {
  await running.kill('SIGTERM');
  const topics = new TestTopics(givenBrokers());
  await topics.clear();
  await topics.close();
  data.remove();
});

interface KcatRecord {
  readonly key: string;
  readonly payload: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
}

const kcat = async (topic: string): Promise<readonly KcatRecord[]> => {
  const { stdout } = await run('kcat', ['-C', '-q', '-e', '-J', '-b', brokers, '-t', topic], { maxBuffer: 1 << 26 });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as KcatRecord);
};

const subscribe = (...more: readonly string[]) =>
  hub(['subscribe', '--topic', FACTS, '--trust', trust, '--until-end', ...more], environment);
const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);
const idOf = (event: string): string => (JSON.parse(event) as { id: string }).id;

describe('a partner region', () => {
  it('kcat reads the CloudEvents as they are, keyed by their case, with the signature beside them', async () => {
    const records = await kcat(FACTS);
    expect(records.length).toBeGreaterThan(10);
    for (const { key, payload, headers } of records) {
      const event = JSON.parse(payload) as Record<string, unknown>;
      expect(event).toMatchObject({ specversion: '1.0', source: 'urn:delta-hub:node:32', partitionkey: key });
      expect(headers.slice(0, 3)).toEqual(['content-type', 'application/cloudevents+json', 'jws']);
      expect(headers[3]).toMatch(/^[\w-]+\.\.[\w-]{86}$/);
    }
  });

  it(
    'Python reads them in a group of its own: the CloudEvents SDK takes each, joserfc verifies each',
    async () => {
      const venv = join(HERE, '.venv');
      if (!existsSync(join(venv, 'bin/python'))) await run('python3', ['-m', 'venv', venv]);
      const python = join(venv, 'bin/python');
      const quiet = ['--quiet', '--disable-pip-version-check', '--requirement', join(HERE, 'requirements.txt')];
      await run(python, ['-m', 'pip', 'install', ...quiet]);
      const { stdout } = await run(python, [join(HERE, 'read_facts.py'), brokers, FACTS, 'partner.python', jwks]);
      const ids = linesOf(stdout).map((line) => line.split(' ')[0]);
      expect(ids.toSorted()).toEqual((await kcat(FACTS)).map(({ payload }) => idOf(payload)).toSorted());
    },
    PATIENCE_MS,
  );

  it(
    '`subscribe` prints what it has verified, byte for byte, and goes on where it was',
    async () => {
      const state = join(data.path, 'partner.json');
      const first = await subscribe('--state', state);
      expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
      const payloads = (await kcat(FACTS)).map(({ payload }) => payload);
      expect(linesOf(first.stdout).toSorted()).toEqual(payloads.toSorted());
      expect(await subscribe('--state', state)).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    PATIENCE_MS,
  );

  it('heads of the log, cosigned by the witnesses, are on the topic of checkpoints', async () => {
    const heads = await kcat('delta-hub.32.checkpoints.v1');
    const { key, payload } = heads.at(-1)!;
    expect([key, payload.split('\n').slice(0, 2)]).toEqual([
      'delta-hub.cn/ledger/32',
      ['delta-hub.cn/ledger/32', expect.stringMatching(/^\d+$/)],
    ]);
    expect(payload.match(/^— /gm)?.length).toBeGreaterThanOrEqual(3);
  });

  it(
    'a record that somebody else has written is told with its check, and its place; the others are printed',
    async () => {
      const [good] = await kcat(FACTS);
      const foreign = good!.payload.replace('"specversion":"1.0"', '"specversion":"1.0 "');
      const headers = ['-H', 'content-type=application/cloudevents+json', '-H', `jws=${good!.headers[3]!}`];
      const writing = run('kcat', ['-P', '-b', brokers, '-t', FACTS, '-p', '1', ...headers]);
      writing.child.stdin!.end(foreign);
      await writing;
      const { code, stdout, stderr } = await subscribe();
      const [told, last] = linesOf(stderr);
      expect(JSON.parse(told!)).toMatchObject({ verdict: 'refused', check: 'SIGNATURE', topic: FACTS, partition: 1 });
      expect([code, last]).toEqual([3, 'VERIFICATION_FAILED: 1 records did not verify']);
      expect(linesOf(stdout)).toHaveLength((await kcat(FACTS)).length - 1);
    },
    PATIENCE_MS,
  );

  it(
    'and is a dead letter of every node that refused it, which goes on behind it, with either client',
    async () => {
      const topics = new TestTopics(givenBrokers());
      expect(await topics.nodesInGroups()).toEqual(['31', '33']);
      await topics.close();
      for (const node of [31, 33, 34]) {
        let letters: readonly KcatRecord[] = [];
        while (letters.length === 0) letters = await kcat(`delta-hub.${node}.dlq.v1`);
        const { headers } = letters[0]!;
        expect(Object.fromEntries(headers.map((name, at) => [name, headers[at + 1]]))).toMatchObject({
          'dlq-topic': FACTS,
          'dlq-partition': '1',
          'dlq-check': 'SIGNATURE',
        });
        const isBehindIt = /^hub_consumer_lag\{consumer="consumer-32".*\} 0$/m;
        while (!isBehindIt.test(await (await fetch(`${urlOf(node)}/metrics`)).text()));
      }
    },
    PATIENCE_MS,
  );

  it(
    'a topic that is created again under the running hub stops whoever has read it, and they say so',
    async () => {
      const topics = new TestTopics(givenBrokers());
      await topics.recreate(FACTS, 3);
      await topics.close();
      for (const url of [31, 33, 34].map((node) => urlOf(node))) {
        let told = '';
        while (!/^\[-\] subscribers fail: stopped: consumer-32 LOG_REPLACED$/m.test(told))
          told = await (await fetch(`${url}/readyz?verbose`)).text();
        expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^hub_consumer_stalled\{.*consumer-32.*\} 1$/m);
      }
      for (const node of [31, 33, 34])
        await running.line(new RegExp(`^node ${node}: consumer-32 has stopped: LOG_REPLACED: delta-hub\\.32\\.`));
    },
    PATIENCE_MS,
  );
});
