/** The settings of brokers on the loopback interface, each a controller too (KRaft, combined mode). */
import type { Certificate } from '../local-certificate.js';

export interface NodePlan {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Where clients show a certificate instead of a password; used where there are logins. */
  readonly certificatePort: number;
  readonly dataDir: string;
  /** The port that clients are sent to, when it is not its own: that of something in between. */
  readonly advertisedPort?: number;
}

/** For administration; a broker with logins has these two, and the principals of the test. */
export const ADMIN = { username: 'admin', password: 'admin-invented' } as const;

export interface Logins {
  /** Principals and their passwords (SCRAM and PLAIN). */
  readonly users: Readonly<Record<string, string>>;
  /** Certificates that are taken for a login: its common name is the principal. */
  readonly clientCertificates: readonly Certificate[];
  /** What the brokers show to clients and to each other, over TLS. */
  readonly certificate: Certificate;
}

const common = (node: NodePlan, nodes: readonly NodePlan[]): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': `${node.id}`,
  'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': node.dataDir,
  'auto.create.topics.enable': 'false',
  // 128 MB unless said otherwise, half of the heap of a broker here: one that starts again may not find them in one piece.
  'log.cleaner.dedupe.buffer.size': '4194304',
  'offsets.topic.replication.factor': `${nodes.length}`,
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.replication.factor': `${nodes.length}`,
  'transaction.state.log.min.isr': `${Math.min(2, nodes.length)}`,
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': `${nodes.length}`,
  'share.coordinator.state.topic.min.isr': `${Math.min(2, nodes.length)}`,
  'share.coordinator.state.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
  'min.insync.replicas': `${Math.min(2, nodes.length)}`,
});

const open = ({ port, controllerPort, advertisedPort = port }: NodePlan): Readonly<Record<string, string>> => ({
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
});

/** As `kafka.tools.StorageTool format` takes them: who may log in to a cluster that is new. */
export const scramRecords = ({ users }: Logins): readonly string[] =>
  Object.entries({ [ADMIN.username]: ADMIN.password, ...users }).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );

const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const AS_ADMIN = `username="${ADMIN.username}" password="${ADMIN.password}"`;

const passwords = (users: Readonly<Record<string, string>>): string =>
  Object.entries({ [ADMIN.username]: ADMIN.password, ...users })
    .map(([name, password]) => ` user_${name}="${password}"`)
    .join('');

/** In a properties file a value is one line. */
const inOneLine = (pem: Uint8Array): string => Buffer.from(pem).toString('ascii').trim().replaceAll('\n', '\\n');

const jaas = (module: string, more = ''): string => `${module} required ${AS_ADMIN}${more};`;

const listeners = ({ port, controllerPort, certificatePort }: NodePlan): Readonly<Record<string, string>> => ({
  listeners: `SASL_SSL://127.0.0.1:${port},SSL://127.0.0.1:${certificatePort},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `SASL_SSL://localhost:${port},SSL://localhost:${certificatePort}`,
  'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:SASL_PLAINTEXT',
  'inter.broker.listener.name': 'SASL_SSL',
});

/** Every listener asks for a login, that of clients over TLS, and who may do what is said by ACLs alone. */
const closed = (
  node: NodePlan,
  { certificate, clientCertificates, users }: Logins,
): Readonly<Record<string, string>> => ({
  ...listeners(node),
  'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN',
  'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
  'sasl.mechanism.controller.protocol': 'PLAIN',
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.certificate.chain': inOneLine(certificate.certificate),
  'ssl.keystore.key': inOneLine(certificate.key),
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.certificates': [certificate, ...clientCertificates]
    .map((each) => inOneLine(each.certificate))
    .join('\\n'),
  'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
  'listener.name.ssl.ssl.client.auth': 'required',
  'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': jaas(SCRAM),
  'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': jaas(SCRAM),
  'listener.name.sasl_ssl.plain.sasl.jaas.config': jaas(PLAIN, passwords(users)),
  'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.controller.plain.sasl.jaas.config': jaas(PLAIN, passwords({})),
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'false',
  'super.users': `User:${ADMIN.username}`,
});

/** The file `server.properties` of one node. */
export const serverProperties = (node: NodePlan, nodes: readonly NodePlan[], logins?: Logins): string => {
  const settings = { ...common(node, nodes), ...(logins === undefined ? open(node) : closed(node, logins)) };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
};
