import { ruleLine, TopicAdministration } from '@delta-hub/broker/kafka-topics';
import { loadConfig } from '../config.js';
import { HubFault } from '../faults.js';
import type { KafkaEnvironment } from './environments.js';
import { kafkaOptions } from './open-kafka.js';
import { type Difference, differencesOf, type Found, isForPeople, readWanted, type Wanted } from './wanted.js';

interface Options {
  readonly file: string;
  readonly environment: KafkaEnvironment;
  readonly json: boolean;
}

/** `delta-hub topics diff`. @throws HubFault `TOPICS_DIFFER`, `CONFIG_INVALID` */
export const topicsDiff = (options: Options): Promise<void> =>
  withBrokers(async (administration) => {
    const { differences } = await look(administration, options);
    tell(options, { differences, applied: [] });
    if (differences.length > 0) throw new HubFault('TOPICS_DIFFER', `${differences.length} differences`);
  });

/** `delta-hub topics apply`: makes what is missing; running it again changes nothing. @throws HubFault `TOPICS_DIFFER`, `CONFIG_INVALID` */
export const topicsApply = (options: Options): Promise<void> =>
  withBrokers(async (administration) => {
    const { wanted, differences } = await look(administration, options);
    const applied = differences.filter((difference) => !isForPeople(difference));
    for (const difference of applied) await makeGood(administration, wanted, difference);
    const left = differences.filter(isForPeople);
    tell(options, { differences: left, applied });
    if (left.length > 0) throw new HubFault('TOPICS_DIFFER', `${left.length} differences are for a person to decide`);
  });

const withBrokers = async (work: (administration: TopicAdministration) => Promise<void>): Promise<void> => {
  const administration = new TopicAdministration(kafkaOptions(loadConfig(), 'delta-hub.topics'));
  try {
    await work(administration);
  } finally {
    await administration.close();
  }
};

const look = async (administration: TopicAdministration, { file, environment }: Options) => {
  const wanted = readWanted(file, environment);
  const topics = new Map<string, Awaited<ReturnType<TopicAdministration['topic']>>>();
  for (const name of wanted.topics.keys()) topics.set(name, await administration.topic(name));
  const found: Found = { topics, rules: await administration.rules() };
  return { wanted, differences: differencesOf(wanted, found, environment === 'production') };
};

const makeGood = async (to: TopicAdministration, wanted: Wanted, difference: Difference): Promise<void> => {
  if (difference.kind === 'topic-missing') await to.createTopic(difference.topic, wanted.topics.get(difference.topic)!);
  else if (difference.kind === 'setting')
    await to.configureTopic(difference.topic, { [difference.name]: difference.wanted });
  else if (difference.kind === 'rule-missing')
    await to.allow(wanted.rules.filter((rule) => ruleLine(rule) === difference.rule));
};

const tell = (
  { json }: Options,
  said: { readonly differences: readonly Difference[]; readonly applied: readonly Difference[] },
): void => {
  if (json) {
    process.stdout.write(`${JSON.stringify(said)}\n`);
    return;
  }
  for (const one of said.applied) process.stdout.write(`applied  ${textOf(one)}\n`);
  for (const one of said.differences) process.stdout.write(`differs  ${textOf(one)}\n`);
  if (said.applied.length + said.differences.length === 0) process.stdout.write('everything is as the file says\n');
};

const textOf = (difference: Difference): string => {
  switch (difference.kind) {
    case 'topic-missing':
      return `topic ${difference.topic}`;
    case 'setting':
    case 'layout':
      return `${difference.topic} ${difference.name}: ${difference.found ?? 'not set'}, wanted ${difference.wanted}`;
    case 'rule-missing':
      return `rule ${difference.rule}`;
    case 'rule-unknown':
      return `rule not in the file: ${difference.rule}`;
    case 'no-rules-kept':
      return 'these brokers keep no access rules: everybody may write every topic';
  }
};
