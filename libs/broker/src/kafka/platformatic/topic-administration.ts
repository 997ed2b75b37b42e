/** What an operator sees and changes of the topics and access rules of a Kafka cluster. */
import {
  Admin,
  AclOperations,
  AclPermissionTypes,
  ConfigResourceTypes,
  ConfigSources,
  type CreateAclsOptions,
  IncrementalAlterConfigOperationTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { BrokerError } from '../../broker.js';
import type { KafkaOptions } from '../kafka-options.js';
import { connectionOptions } from './connection.js';
import { faultOf, hasSaid, isUnknownTopic } from './faults.js';

export type { KafkaOptions } from '../kafka-options.js';

export interface TopicSettings {
  readonly partitions: number;
  readonly replicas: number;
  /** Settings of this very topic, not those of the cluster; Kafka's names. */
  readonly config: Readonly<Record<string, string>>;
}

/** `ALLOW` from any host. */
export interface AccessRule {
  readonly principal: string;
  readonly operation: 'READ' | 'WRITE';
  readonly resource: 'TOPIC' | 'GROUP';
  readonly name: string;
  readonly pattern: 'LITERAL' | 'PREFIXED';
}

type Acl = CreateAclsOptions['creations'][number];

const aclOf = ({ principal, operation, resource, name, pattern }: AccessRule): Acl => ({
  resourceType: ResourceTypes[resource],
  resourceName: name,
  resourcePatternType: ResourcePatternTypes[pattern],
  principal,
  host: '*',
  operation: AclOperations[operation],
  permissionType: AclPermissionTypes.ALLOW,
});

const nameOf = (values: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(values).find((name) => values[name] === value) ?? `${value}`;

/** For an operator's login. Its methods throw `BrokerError` `UNAVAILABLE` with what the brokers or the library said. */
export class TopicAdministration {
  readonly #admin: Admin;

  constructor(options: KafkaOptions) {
    this.#admin = new Admin({ ...connectionOptions(options), retries: 10, retryDelay: 200 });
  }

  /** Undefined where there is no such topic. */
  topic(name: string): Promise<TopicSettings | undefined> {
    return this.#with(async (admin) => {
      const found = await admin.metadata({ topics: [name], forceUpdate: true, retries: 1 }).catch((error: unknown) => {
        if (isUnknownTopic(faultOf(error))) return undefined;
        throw error;
      });
      const topic = found?.topics.get(name);
      if (topic === undefined) return undefined;
      const [described] = await admin.describeConfigs({
        resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name }],
      });
      const own = described?.configs.filter(({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG);
      return {
        partitions: topic.partitionsCount,
        replicas: topic.partitions[0]?.replicas.length ?? 0,
        config: Object.fromEntries((own ?? []).map(({ name: key, value }) => [key, value ?? ''])),
      };
    });
  }

  async createTopic(name: string, { partitions, replicas, config }: TopicSettings): Promise<void> {
    const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    await this.#with((admin) =>
      admin.createTopics({ topics: [name], partitions, replicas, configs }).catch((error: unknown) => {
        // Another made it meanwhile, or it was made by a try whose answer was lost.
        if (!hasSaid(faultOf(error), 'TOPIC_ALREADY_EXISTS')) throw error;
      }),
    );
  }

  async configureTopic(topic: string, config: Readonly<Record<string, string>>): Promise<void> {
    const configs = Object.entries(config).map(
      ([name, value]) => ({ name, configOperation: IncrementalAlterConfigOperationTypes.SET, value }) as const,
    );
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs }];
    await this.#with((admin) => admin.incrementalAlterConfigs({ resources }));
  }

  /** Rules that allow or deny anything on topics and groups; undefined where the brokers keep no rules (no authorizer). */
  rules(): Promise<readonly string[] | undefined> {
    return this.#with(async (admin) => {
      const filter = {
        resourceType: ResourceTypes.ANY,
        resourceName: null,
        resourcePatternType: ResourcePatternTypes.ANY,
        principal: null,
        host: null,
        operation: AclOperations.ANY,
        permissionType: AclPermissionTypes.ANY,
      };
      try {
        const resources = await admin.describeAcls({ filter });
        return resources.flatMap((resource) => resource.acls.map((acl) => ruleText({ ...resource, ...acl })));
      } catch (error) {
        if (hasSaid(faultOf(error), 'SECURITY_DISABLED')) return undefined;
        throw error;
      }
    });
  }

  async allow(rules: readonly AccessRule[]): Promise<void> {
    await this.#with((admin) => admin.createAcls({ creations: rules.map(aclOf) }));
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }

  async #with<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      return await work(this.#admin);
    } catch (error) {
      throw new BrokerError('UNAVAILABLE', faultOf(error).message, { cause: error });
    }
  }
}

/** One rule as a line: `ALLOW User:node-31 WRITE TOPIC PREFIXED delta-hub.31. *`. */
const ruleText = (acl: Acl): string =>
  [
    nameOf(AclPermissionTypes, acl.permissionType),
    acl.principal,
    nameOf(AclOperations, acl.operation),
    nameOf(ResourceTypes, acl.resourceType),
    nameOf(ResourcePatternTypes, acl.resourcePatternType),
    acl.resourceName,
    acl.host,
  ].join(' ');

/** The line that a wanted rule has among those of `rules()`. */
export const ruleLine = (rule: AccessRule): string => ruleText(aclOf(rule));
