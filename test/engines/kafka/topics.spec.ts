import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, BrokerError, type IncomingRecord } from '@delta-hub/broker';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inbox } from '@delta-hub/local-log/testing';
import { localCertificate } from '../local-certificate.js';
import { clients } from './clients.js';
import { KafkaCluster } from './kafka-cluster.js';
import { ADMIN } from './server-properties.js';
import { numbered } from './traffic.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PASSWORD = 'invented';
const USERS = { 'node-31': PASSWORD, 'node-32': PASSWORD, partner: PASSWORD };
const TOPIC = 'delta-hub.31.events.v1';

let cluster: KafkaCluster;
let directory: string;
let tls: { readonly ca: string };
let caFile: string;
beforeAll(async () => {
  const certificate = localCertificate();
  tls = { ca: Buffer.from(certificate.certificate).toString('ascii') };
  caFile = certificate.file;
  cluster = await KafkaCluster.start(1, { logins: { users: USERS, certificate } });
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-topics-'));
  writeFileSync(join(directory, 'password'), `${ADMIN.password}\n`, { mode: 0o600 });
}, 120_000);
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
  }, 120_000);

  it.each(clients)(
    '$name: only the owner writes, nodes read, a partner reads what it is given',
    async ({ open }) => {
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
    },
    120_000,
  );

  it.each(clients)(
    '$name: a wrong password is refused, not tried for ever',
    async ({ open }) => {
      const login = { mechanism: 'SCRAM-SHA-512', username: 'node-31', password: 'wrong' } as const;
      const broker = open({ brokers: cluster.brokers, clientId: 'delta-hub.31', tls, login });
      await expect(broker.publish(TOPIC, [numbered(0)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await broker.close();
    },
    60_000,
  );

  it.each(clients)(
    '$name: brokers with a certificate of somebody else are refused, and so is a plain connection',
    async ({ open }) => {
      const login = { mechanism: 'SCRAM-SHA-512', username: 'node-31', password: PASSWORD } as const;
      const foreign = { ca: Buffer.from(localCertificate().certificate).toString('ascii') };
      for (const others of [{ tls: foreign }, {}]) {
        const times = { publishWithin: 1500 };
        const broker = open({ brokers: cluster.brokers, clientId: 'delta-hub.31', login, times, ...others });
        await expect(broker.publish(TOPIC, [numbered(0)])).rejects.toBeInstanceOf(BrokerError);
        await broker.close();
      }
    },
    60_000,
  );
});
