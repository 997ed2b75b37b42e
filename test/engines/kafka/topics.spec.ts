import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Broker, BrokerError, type IncomingRecord } from '@delta-hub/broker';
import { TopicAdministration } from '@delta-hub/broker/kafka-topics';
import type { KafkaOptions } from '@delta-hub/broker/kafkajs';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inbox } from '@delta-hub/local-log/testing';
import { loadConfig } from '../../../apps/hub/src/config.js';
import { kafkaOptions } from '../../../apps/hub/src/kafka/open-kafka.js';
import { type Certificate, localCertificate } from '../local-certificate.js';
import { clients } from './clients.js';
import { KafkaCluster } from './kafka-cluster.js';
import { ALL_REFUSED, meddle } from './outsider.js';
import { ADMIN } from './server-properties.js';
import { TestTopics } from './test-topics.js';
import { codeOf, numbered, upTo } from './traffic.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PASSWORD = 'invented';
const USERS = { 'node-31': PASSWORD, 'node-32': PASSWORD, partner: PASSWORD };
const TOPIC = 'delta-hub.31.events.v1';
const EVERYTHING_BUT_DATE = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

let cluster: KafkaCluster;
let directory: string;
let tls: { readonly ca: string };
let caFile: string;
let own: Certificate;
beforeAll(async () => {
  const certificate = localCertificate();
  own = localCertificate('node-31');
  tls = { ca: Buffer.from(certificate.certificate).toString('ascii') };
  caFile = certificate.file;
  cluster = await KafkaCluster.start(1, { logins: { users: USERS, certificate, clientCertificates: [own] } });
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-topics-'));
  writeFileSync(join(directory, 'password'), `${ADMIN.password}\n`, { mode: 0o600 });
  writeFileSync(join(directory, 'node'), `${PASSWORD}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Said {
  readonly code: number;
  readonly applied: readonly { readonly kind: string }[];
  readonly differences: readonly { readonly kind: string }[];
}

/** `delta-hub topics <what>`, as built. */
const topics = (what: 'apply' | 'diff'): Promise<Said> =>
  new Promise((resolve, reject) => {
    const environment = {
      ...process.env,
      KAFKA_BROKERS: cluster.brokers.join(','),
      KAFKA_TLS_CA_FILE: caFile,
      KAFKA_USERNAME: ADMIN.username,
      KAFKA_PASSWORD_FILE: join(directory, 'password'),
    };
    const command = ['apps/hub/dist/main.js', 'topics', what, '--json'];
    execFile(process.execPath, command, { cwd: ROOT, env: environment }, (error, printed, complaint) => {
      if (printed === '') return reject(new Error(complaint));
      resolve({ code: Number(error?.code ?? 0), ...(JSON.parse(printed) as Omit<Said, 'code'>) });
    });
  });

describe('topics and access rules from deploy/kafka/topics.yaml', () => {
  it('diff shows what is missing, apply makes it, and once is enough', async () => {
    const before = await topics('diff');
    expect([before.code, before.differences.length > 0]).toEqual([3, true]);
    expect(new Set(before.differences.map(({ kind }) => kind))).toEqual(new Set(['topic-missing', 'rule-missing']));
    const applied = await topics('apply');
    expect([applied.code, applied.applied, applied.differences]).toEqual([0, before.differences, []]);
    expect(await topics('apply')).toEqual({ code: 0, applied: [], differences: [] });
    expect(await topics('diff')).toEqual({ code: 0, applied: [], differences: [] });
  });

  it('a topic that another made meanwhile, or a try whose answer was lost, is as good as made', async () => {
    const login = { mechanism: 'SCRAM-SHA-512', ...ADMIN } as const;
    const administration = new TopicAdministration({ brokers: cluster.brokers, clientId: 'twice', tls, login });
    const found = await administration.topic(TOPIC);
    await administration.createTopic(TOPIC, found!);
    expect(await administration.topic(TOPIC)).toEqual(found);
    await administration.close();
  });

  it.each(clients)('$name: only the owner writes, nodes read, a partner reads what it is given', async ({ open }) => {
    const as = (username: string, clientId: string): Broker =>
      open({
        brokers: cluster.brokers,
        clientId,
        tls,
        login: { mechanism: 'SCRAM-SHA-512', username, password: PASSWORD },
      });
    const owner = as('node-31', 'delta-hub.31');
    const member = as('node-32', 'delta-hub.32');
    const partner = as('partner', 'partner');
    await owner.publish(TOPIC, [numbered(0)]);
    for (const other of [member, partner]) {
      const refused = other.publish(TOPIC, [numbered(1)]).catch((error: unknown) => error);
      expect(await refused).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('AUTHORIZATION') });
      const inbox = new Inbox<IncomingRecord>();
      await other.subscribe(TOPIC, [], inbox.take);
      expect((await inbox.holding(1))[0]?.value).toEqual(new Uint8Array(numbered(0).value));
    }
    const hidden = partner.subscribe('delta-hub.32.events.v1', [], () => Promise.resolve());
    await expect(hidden).rejects.toBeInstanceOf(BrokerError);
    await Promise.all([owner, member, partner].map((broker) => broker.close()));
  });

  it('nobody who is no administrator deletes, makes or alters anything, a node not even what is its own', async () => {
    const tried: object[] = [];
    for (const username of ['partner', 'node-31'])
      for (const topic of [TOPIC, 'delta-hub.32.events.v1'])
        tried.push({
          ...{ username, topic },
          ...(await meddle(cluster.brokers, { username, password: PASSWORD, tls }, topic)),
        });
    expect(tried).toEqual(tried.map((one) => ({ ...one, ...ALL_REFUSED })));
    expect(await topics('diff')).toEqual({ code: 0, applied: [], differences: [] });
  });

  it.each(clients)('$name: a node whose clock goes wrong by years is heard all the same', async ({ open }) => {
    const login = { mechanism: 'SCRAM-SHA-512', username: 'node-31', password: PASSWORD } as const;
    try {
      for (const year of ['2020', '2040']) {
        jest.useFakeTimers({ now: Date.parse(`${year}-01-01T00:00:00Z`), doNotFake: EVERYTHING_BUT_DATE });
        const broker = open({ brokers: cluster.brokers, clientId: 'delta-hub.31', tls, login });
        await broker.publish('delta-hub.31.heartbeats.v1', [numbered(0)]);
        await broker.close();
      }
    } finally {
      jest.useRealTimers();
    }
  });

  it.each(clients)('$name: a wrong password is refused, not tried for ever', async ({ open }) => {
    const login = { mechanism: 'SCRAM-SHA-512', username: 'node-31', password: 'wrong' } as const;
    const broker = open({ brokers: cluster.brokers, clientId: 'delta-hub.31', tls, login });
    await expect(broker.publish(TOPIC, [numbered(0)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await broker.close();
  });

  it.each(clients)(
    '$name: brokers with a certificate of somebody else are refused, and so is a plain connection',
    async ({ open }) => {
      const login = { mechanism: 'SCRAM-SHA-512', username: 'node-31', password: PASSWORD } as const;
      const foreign = { ca: Buffer.from(localCertificate().certificate).toString('ascii') };
      for (const others of [{ tls: foreign }, {}]) {
        const times = { publishWithin: 500, askWithin: 500 };
        const broker = open({ brokers: cluster.brokers, clientId: 'delta-hub.31', login, times, ...others });
        await expect(broker.publish(TOPIC, [numbered(0)])).rejects.toBeInstanceOf(BrokerError);
        await broker.close();
      }
    },
  );

  it.each([
    { ...clients[0]!, topic: 'delta-hub.31.copies.v1' },
    { ...clients[1]!, topic: 'delta-hub.31.dlq.v1' },
  ])(
    '$name: a reader whose right is taken away ends, and goes on where it was when it has it again',
    async ({ topic, open }) => {
      const login = { mechanism: 'SCRAM-SHA-512', username: 'node-32', password: PASSWORD } as const;
      const member = open({ brokers: cluster.brokers, clientId: 'delta-hub.32', tls, login });
      const owner = open({
        brokers: cluster.brokers,
        clientId: 'delta-hub.31',
        tls,
        login: { ...login, username: 'node-31' },
      });
      const administration = new TestTopics(cluster.brokers, { ...ADMIN, tls });
      const inbox = new Inbox<IncomingRecord>();
      const { finished } = await member.subscribe(topic, [], inbox.take);
      await owner.publish(topic, [numbered(0)]);
      const last = (await inbox.holding(1)).at(-1)!;
      await administration.mayRead('User:node-32', 'TOPIC', 'delta-hub.', 'taken');
      expect(await codeOf(finished)).toBe('UNAVAILABLE');
      expect(await codeOf(member.subscribe(topic, [last], inbox.take))).toBe('UNAVAILABLE');
      await owner.publish(topic, [numbered(1)]);
      await administration.mayRead('User:node-32', 'TOPIC', 'delta-hub.', 'given');
      while ((await codeOf(member.subscribe(topic, [last], inbox.take))) !== 'no error');
      const received = await inbox.holding(2);
      expect(received.map(({ value }) => Number(Buffer.from(value)))).toEqual([0, 1]);
      await Promise.all([member, owner, administration].map((each) => each.close()));
    },
  );
});

// The other client reads without groups.
it('kafkajs: a consumer without the right to its groups is built anew and counted, ends and says so, and reads when it has it', async () => {
  const topic = 'delta-hub.31.checkpoints.v1';
  const login = { mechanism: 'SCRAM-SHA-512', username: 'node-32', password: PASSWORD } as const;
  const { open } = clients[0]!;
  const counted: number[] = [];
  const member = open({
    ...{ brokers: cluster.brokers, clientId: 'delta-hub.32', tls, login },
    times: { givesUpAfter: 1_000 },
    onRebuild: ({ count }) => counted.push(count),
  });
  const owner = open({
    brokers: cluster.brokers,
    clientId: 'delta-hub.31',
    tls,
    login: { ...login, username: 'node-31' },
  });
  await owner.publish(topic, [numbered(0)]);
  const administration = new TestTopics(cluster.brokers, { ...ADMIN, tls });
  await administration.mayRead('User:node-32', 'GROUP', 'delta-hub.32.', 'taken');
  const inbox = new Inbox<IncomingRecord>();
  const { finished } = await member.subscribe(topic, [], inbox.take);
  await expect(finished).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('group') });
  // kafkajs' own consumer has died each time, and does not begin again by itself.
  expect(counted).toEqual([1, ...upTo(counted.length + 1).slice(2)]);
  await administration.mayRead('User:node-32', 'GROUP', 'delta-hub.32.', 'given');
  await member.subscribe(topic, [], inbox.take);
  expect(await inbox.holding(1)).toHaveLength(1);
  await Promise.all([member, owner, administration].map((each) => each.close()));
});

describe('a node logs in as it is configured', () => {
  const brokerOf = (
    client: (typeof clients)[number],
    environment: NodeJS.ProcessEnv,
    times: NonNullable<KafkaOptions['times']> = {},
  ): Broker =>
    client.open({
      ...kafkaOptions(loadConfig({ KAFKA_TLS_CA_FILE: caFile, ...environment }), 'delta-hub.31'),
      times,
    });
  const byPassword = (mechanism: string) => ({
    KAFKA_BROKERS: cluster.brokers.join(','),
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_USERNAME: 'node-31',
    KAFKA_PASSWORD_FILE: join(directory, 'node'),
  });
  const byCertificate = ({ file, keyFile }: Certificate) => ({
    KAFKA_BROKERS: cluster.nodes[0]!.certificateAddress,
    KAFKA_TLS_CERT_FILE: file,
    KAFKA_TLS_KEY_FILE: keyFile,
  });
  const refused = expect.stringMatching(/^(UNAVAILABLE|OUTCOME_UNKNOWN)$/);

  it.each(clients)(
    '$name: by SCRAM of either kind, by PLAIN, by its certificate, and is known as the same',
    async (client) => {
      const mechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'];
      for (const login of [...mechanisms.map(byPassword), byCertificate(own)]) {
        const broker = brokerOf(client, login);
        await broker.publish('delta-hub.31.events.v1', [numbered(0)]);
        expect(await codeOf(broker.publish('delta-hub.32.events.v1', [numbered(0)]))).toEqual(refused);
        await broker.close();
      }
    },
  );

  it.each(clients)('$name: not by a certificate that the brokers do not know, nor without one', async (client) => {
    const { KAFKA_BROKERS } = byCertificate(own);
    for (const login of [byCertificate(localCertificate('node-31')), { KAFKA_BROKERS }]) {
      const broker = brokerOf(client, login, { publishWithin: 500, askWithin: 500 });
      expect(await codeOf(broker.publish('delta-hub.31.events.v1', [numbered(0)]))).toEqual(refused);
      await broker.close();
    }
  });
});
