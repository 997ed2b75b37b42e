import {
  AclOperations,
  AclPermissionTypes,
  type Admin,
  ConfigResourceTypes,
  IncrementalAlterConfigOperationTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { faultOf } from '../../../libs/broker/src/kafka/platformatic/faults.js';
import { type Login, openAdmin } from './test-topics.js';

const TO_THE_END = -1n;
const AT_ONCE = { name: 'retention.ms', value: '1' };

/** What is for administrators alone, by its name in the protocol, and done to a topic. */
const attempts: Readonly<Record<string, (admin: Admin, topic: string, principal: string) => Promise<unknown>>> = {
  DeleteRecords: (admin, name) =>
    admin.deleteRecords({ topics: [{ name, partitions: [{ partition: 0, offset: TO_THE_END }] }] }),
  AlterConfigs: (admin, resourceName) =>
    admin.alterConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName, configs: [AT_ONCE] }],
    }),
  IncrementalAlterConfigs: (admin, resourceName) => {
    const configs = [{ ...AT_ONCE, configOperation: IncrementalAlterConfigOperationTypes.SET }];
    return admin.incrementalAlterConfigs({
      resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName, configs }],
    });
  },
  CreatePartitions: (admin, name) =>
    admin.createPartitions({ topics: [{ name, count: 4, assignments: [{ brokerIds: [1] }] }] }),
  CreateTopics: (admin, topic) => admin.createTopics({ topics: [`${topic}.more`], partitions: 1, replicas: 1 }),
  DeleteTopics: (admin, topic) => admin.deleteTopics({ topics: [topic] }),
  CreateAcls: (admin, resourceName, principal) => {
    const kind = { resourceType: ResourceTypes.TOPIC, resourcePatternType: ResourcePatternTypes.LITERAL };
    const right = { operation: AclOperations.ALL, permissionType: AclPermissionTypes.ALLOW };
    return admin.createAcls({ creations: [{ ...kind, ...right, resourceName, principal, host: '*' }] });
  },
};

/** Tries all of it on a topic with a login; what each came to: `done`, else what the broker said. */
export const meddle = async (brokers: readonly string[], login: Login, topic: string): Promise<object> => {
  const admin = openAdmin(brokers, login, { retries: 0 });
  const ends: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts))
    ends[name] = await attempt(admin, topic, `User:${login.username}`).then(
      () => 'done',
      (error: unknown) => faultOf(error).message.split(': ')[1] ?? '',
    );
  await admin.close();
  return ends;
};

/** What it comes to for whoever is no administrator. */
export const ALL_REFUSED: object = Object.fromEntries(
  Object.keys(attempts).map((name) => [
    name,
    name === 'CreateAcls' ? 'CLUSTER_AUTHORIZATION_FAILED' : 'TOPIC_AUTHORIZATION_FAILED',
  ]),
);
