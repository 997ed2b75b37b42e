/** What the file `topics.yaml` wants of a Kafka cluster, and what a cluster lacks of it. Pure but for reading the file. */
import { type AccessRule, ruleLine, type TopicSettings } from '@delta-hub/broker/kafka-topics';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { settingFile } from '../config.js';
import { HubFault } from '../faults.js';
import { ENVIRONMENTS, type KafkaEnvironment } from './environments.js';

const Count = z.number().int().min(1);
const File = z.strictObject({
  environments: z.record(z.enum(ENVIRONMENTS), z.strictObject({ replicas: Count, minInSyncReplicas: Count })),
  topics: z.array(z.strictObject({ name: z.string().includes('{node}'), partitions: Count, retentionDays: Count })),
  nodes: z.record(z.string().regex(/^\d{2}$/), z.string().startsWith('User:')),
  partners: z.array(
    z.strictObject({
      principal: z.string().startsWith('User:'),
      reads: z.array(z.string().startsWith('delta-hub.')),
      groups: z.string().endsWith('.'),
    }),
  ),
});

export interface Wanted {
  readonly topics: ReadonlyMap<string, TopicSettings>;
  readonly rules: readonly AccessRule[];
}

const PREFIX = 'delta-hub.';
/** Kafka's own default, whatever that of the cluster is: what a node sends fits. */
const MOST_BYTES = '1048588';
const DAY_MS = 86_400_000;

/** @throws HubFault `CONFIG_INVALID` naming the place in the file */
export const readWanted = (file: string, environment: KafkaEnvironment): Wanted => {
  const document = parseDocument(settingFile(file));
  const parsed = File.safeParse(document.toJS());
  const [issue] = parsed.error?.issues ?? [];
  if (document.errors.length > 0 || parsed.data === undefined)
    throw new HubFault('CONFIG_INVALID', `${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not YAML'}`);
  const { environments, topics, nodes, partners } = parsed.data;
  const { replicas, minInSyncReplicas } = environments[environment];
  const config = (retentionDays: number) => ({
    'cleanup.policy': 'delete',
    'retention.ms': `${retentionDays * DAY_MS}`,
    'retention.bytes': '-1',
    'min.insync.replicas': `${minInSyncReplicas}`,
    'unclean.leader.election.enable': 'false',
    'max.message.bytes': MOST_BYTES,
    // By the sender's clock a record would be refused, or be too old to be kept, when that clock goes wrong.
    'message.timestamp.type': 'LogAppendTime',
  });
  const settings = topics.flatMap(({ name, partitions, retentionDays }) =>
    Object.keys(nodes).map((node) => {
      const topic: TopicSettings = { partitions, replicas, config: config(retentionDays) };
      return [name.replace('{node}', node), topic] as const;
    }),
  );
  return {
    topics: new Map(settings),
    rules: [...Object.entries(nodes).flatMap(nodeRules), ...partners.flatMap(partnerRules)],
  };
};

const nodeRules = ([node, principal]: readonly [string, string]): readonly AccessRule[] => {
  const own = { principal, name: `${PREFIX}${node}.`, pattern: 'PREFIXED' } as const;
  return [
    { ...own, operation: 'WRITE', resource: 'TOPIC' },
    { principal, name: PREFIX, pattern: 'PREFIXED', operation: 'READ', resource: 'TOPIC' },
    { ...own, operation: 'READ', resource: 'GROUP' },
  ];
};

const partnerRules = (partner: z.infer<typeof File>['partners'][number]): readonly AccessRule[] => [
  ...partner.reads.map(
    (name) =>
      ({ principal: partner.principal, operation: 'READ', resource: 'TOPIC', name, pattern: 'LITERAL' }) as const,
  ),
  { principal: partner.principal, operation: 'READ', resource: 'GROUP', name: partner.groups, pattern: 'PREFIXED' },
];

export interface Found {
  readonly topics: ReadonlyMap<string, TopicSettings | undefined>;
  /** Undefined where the brokers keep no rules. */
  readonly rules: readonly string[] | undefined;
}

/** One difference. `apply` makes the first three good; a person has to look at the others. */
export type Difference =
  | { readonly kind: 'topic-missing'; readonly topic: string }
  | {
      readonly kind: 'setting';
      readonly topic: string;
      readonly name: string;
      readonly found: string | undefined;
      readonly wanted: string;
    }
  | { readonly kind: 'rule-missing'; readonly rule: string }
  | {
      readonly kind: 'layout';
      readonly topic: string;
      readonly name: 'partitions' | 'replicas';
      readonly found: number;
      readonly wanted: number;
    }
  | { readonly kind: 'rule-unknown'; readonly rule: string }
  | { readonly kind: 'no-rules-kept' };

/** What cannot be made good without a person: records would move, or somebody's right would go. */
export const isForPeople = ({ kind }: Difference): boolean =>
  kind === 'layout' || kind === 'rule-unknown' || kind === 'no-rules-kept';

/** In the order of the file. `mustKeepRules`: brokers without an authorizer are a difference. */
export const differencesOf = (wanted: Wanted, found: Found, mustKeepRules: boolean): readonly Difference[] => {
  const ofTopics = Array.from(wanted.topics).flatMap(([topic, settings]) =>
    topicDifferences(topic, settings, found.topics.get(topic)),
  );
  if (found.rules === undefined) return mustKeepRules ? [...ofTopics, { kind: 'no-rules-kept' }] : ofTopics;
  const known = new Set(wanted.rules.map(ruleLine));
  const there = new Set(found.rules);
  const missing = [...known].filter((rule) => !there.has(rule));
  const unknown = found.rules.filter((rule) => !known.has(rule) && rule.includes(` ${PREFIX}`));
  return [
    ...ofTopics,
    ...missing.map((rule) => ({ kind: 'rule-missing', rule }) as const),
    ...unknown.map((rule) => ({ kind: 'rule-unknown', rule }) as const),
  ];
};

const topicDifferences = (topic: string, wanted: TopicSettings, found: TopicSettings | undefined): Difference[] => {
  if (found === undefined) return [{ kind: 'topic-missing', topic }];
  const layout = (['partitions', 'replicas'] as const)
    .filter((name) => found[name] !== wanted[name])
    .map((name) => ({ kind: 'layout', topic, name, found: found[name], wanted: wanted[name] }) as const);
  const settings = Object.entries(wanted.config)
    .filter(([name, value]) => found.config[name] !== value)
    .map(([name, value]) => ({ kind: 'setting', topic, name, found: found.config[name], wanted: value }) as const);
  return [...layout, ...settings];
};
