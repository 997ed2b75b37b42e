/** The settings of brokers on the loopback interface, each a controller too (KRaft, combined mode). */

export interface NodePlan {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  /** The port that clients are sent to, when it is not its own: that of something in between. */
  readonly advertisedPort?: number;
}

/** For administration; a broker with logins has these two, and the principals of the test. */
export const ADMIN = { username: 'admin', password: 'admin-invented' } as const;

export interface Logins {
  /** PLAIN principals and their passwords. */
  readonly users: Readonly<Record<string, string>>;
}

const common = (node: NodePlan, nodes: readonly NodePlan[]): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': `${node.id}`,
  'controller.quorum.voters': nodes.map(({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}`).join(','),
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': node.dataDir,
  'auto.create.topics.enable': 'false',
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

const PLAIN = 'org.apache.kafka.common.security.plain.PlainLoginModule';

const login = (users: Readonly<Record<string, string>>): string =>
  `${PLAIN} required username="${ADMIN.username}" password="${ADMIN.password}" ` +
  `${Object.entries(users)
    .map(([name, password]) => `user_${name}="${password}"`)
    .join(' ')};`;

/** Every listener asks for a login, and who may do what is said by ACLs alone. */
const closed = ({ port, controllerPort }: NodePlan, { users }: Logins): Readonly<Record<string, string>> => {
  const all = { [ADMIN.username]: ADMIN.password, ...users };
  return {
    listeners: `SASL_PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `SASL_PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'SASL_PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.sasl_plaintext.plain.sasl.jaas.config': login(all),
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': login({ [ADMIN.username]: ADMIN.password }),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': `User:${ADMIN.username}`,
  };
};

/** The file `server.properties` of one node. */
export const serverProperties = (node: NodePlan, nodes: readonly NodePlan[], logins?: Logins): string => {
  const settings = { ...common(node, nodes), ...(logins === undefined ? open(node) : closed(node, logins)) };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
};
