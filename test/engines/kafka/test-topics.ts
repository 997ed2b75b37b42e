import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  type AdminOptions,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly tls: { readonly ca: string };
}

const loginOptions = ({ username, password, tls }: Login): Pick<AdminOptions, 'sasl' | 'tls'> => ({
  sasl: { mechanism: 'PLAIN', username, password },
  tls: { ...tls },
});

/** As this login, over TLS, where there are logins. */
export const openAdmin = (brokers: readonly string[], login?: Login, more: Partial<AdminOptions> = {}): Admin =>
  new Admin({
    clientId: 'delta-hub-tests',
    bootstrapBrokers: [...brokers],
    ...(login === undefined ? {} : loginOptions(login)),
    ...more,
  });

/** What an operator does to topics of a test. */
export class TestTopics {
  readonly #admin: Admin;

  constructor(brokers: readonly string[], login?: Login) {
    this.#admin = openAdmin(brokers, login, { retries: 20, retryDelay: 100 });
  }

  create(topic: string, partitions = 1): Promise<void> {
    return this.createAll([topic], partitions);
  }

  /** Fails when there is one of these names already; done when each partition has a leader that answers for it. */
  async createAll(topics: readonly string[], partitions: number): Promise<void> {
    await this.#admin.createTopics({ topics: [...topics], partitions, replicas: 1 });
    const each = Array.from({ length: partitions }, (_, partitionIndex) => ({ partitionIndex, timestamp: -1n }));
    await this.#admin.listOffsets({ topics: topics.map((name) => ({ name, partitions: each })) });
  }

  /** One partition, on all these brokers; the first leads it. */
  async createOn(topic: string, nodes: readonly number[]): Promise<void> {
    await this.#admin.createTopics({ topics: [topic], assignments: [{ partition: 0, brokers: [...nodes] }] });
  }

  /** The node that leads the first partition of a topic. */
  async leaderOf(topic: string): Promise<number | undefined> {
    const { topics } = await this.#admin.metadata({ topics: [topic], forceUpdate: true });
    return topics.get(topic)?.partitions[0]?.leader;
  }

  async delete(...topics: readonly string[]): Promise<void> {
    await this.#admin.deleteTopics({ topics: [...topics] });
  }

  /** Deletes every topic of the hub. */
  async clear(): Promise<void> {
    const topics = await this.#admin.listTopics();
    await this.delete(...topics.filter((name) => name.startsWith('delta-hub.')));
  }

  /** Deletes the topic and creates it again, empty. */
  async recreate(topic: string, partitions = 1): Promise<void> {
    await this.delete(topic);
    await this.create(topic, partitions);
  }

  /** Adds partitions to a topic until there are so many, on the brokers that lead it. */
  async grow(topic: string, count: number): Promise<void> {
    const { topics } = await this.#admin.metadata({ topics: [topic], forceUpdate: true });
    const partitions = topics.get(topic)!.partitions;
    const assignments = Array.from({ length: count - partitions.length }, () => ({
      brokerIds: partitions[0]!.replicas,
    }));
    await this.#admin.createPartitions({ topics: [{ name: topic, count, assignments }] });
  }

  /** Removes the records below `before`, as retention does. */
  async expire(topic: string, partition: number, before: bigint): Promise<void> {
    await this.#admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: before }] }] });
  }

  /** Throws every member out of the consumer groups whose names begin so; how many groups there were. */
  async throwOut(prefix: string): Promise<number> {
    const groups = [...(await this.#admin.listGroups({ states: ['STABLE'] })).keys()];
    const ours = groups.filter((id) => id.startsWith(prefix));
    for (const groupId of ours) await this.#admin.removeMembersFromConsumerGroup({ groupId });
    return ours.length;
  }

  /** The consumer groups whose names begin so and that have members, or are about to. */
  async groupsInUse(prefix: string): Promise<readonly string[]> {
    const states = ['STABLE', 'PREPARING_REBALANCE', 'COMPLETING_REBALANCE'] as const;
    const groups = await this.#admin.listGroups({ states: [...states] });
    return [...groups.keys()].filter((id) => id.startsWith(prefix));
  }

  /** The nodes that are in consumer groups now: kafkajs reads in no other way. */
  async nodesInGroups(): Promise<readonly string[]> {
    const groups = await this.groupsInUse('delta-hub.');
    return [...new Set(groups.map((id) => id.split('.')[1]!))].toSorted();
  }

  /** Gives a principal the right to read the topics whose names begin so, or to be in such consumer groups, or takes it. */
  async mayRead(principal: string, what: 'TOPIC' | 'GROUP', prefix: string, change: 'given' | 'taken'): Promise<void> {
    const rule = {
      resourceType: ResourceTypes[what],
      resourceName: prefix,
      resourcePatternType: ResourcePatternTypes.PREFIXED,
      principal,
      host: '*',
      operation: AclOperations.READ,
      permissionType: AclPermissionTypes.ALLOW,
    };
    if (change === 'given') await this.#admin.createAcls({ creations: [rule] });
    else await this.#admin.deleteAcls({ filters: [rule] });
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }
}

/** The brokers this run is on: given by test/engines/run.ts. */
export const givenBrokers = (): readonly string[] => {
  const brokers = process.env['KAFKA_BROKERS'];
  if (brokers === undefined || brokers === '') throw new Error('no broker: run this by `npm run test:engines`');
  return brokers.split(',');
};
