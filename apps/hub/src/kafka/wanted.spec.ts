import { describe, expect, it } from '@jest/globals';
import { topicsOf } from '@delta-hub/handoff-app';
import { MAX_RECORD_BYTES } from '@delta-hub/broker';
import { ruleLine } from '@delta-hub/broker/kafka-topics';
import { fileURLToPath } from 'node:url';
import { checkpointsTopic } from '../checkpoint-publisher.js';
import { differencesOf, type Found, isForPeople, readWanted } from './wanted.js';

const FILE = fileURLToPath(new URL('../../../../deploy/kafka/topics.yaml', import.meta.url));
const TOPIC = 'delta-hub.32.events.v1';

const wanted = readWanted(FILE, 'production');
const asWanted: Found = { topics: wanted.topics, rules: wanted.rules.map(ruleLine) };

describe('what deploy/kafka/topics.yaml wants', () => {
  it('lets nobody but its own node write a topic', () => {
    const writers = wanted.rules.filter(({ operation }) => operation === 'WRITE');
    expect(writers.map(({ principal, name, pattern }) => [principal, name, pattern])).toEqual(
      ['31', '32', '33', '34'].map((node) => [`User:node-${node}`, `delta-hub.${node}.`, 'PREFIXED']),
    );
  });

  it('has every topic that a node writes, and no other', () => {
    const written = ['31', '32', '33', '34'].flatMap((node) => [...topicsOf(node), checkpointsTopic(node)]);
    expect([...wanted.topics.keys()].toSorted()).toEqual(written.toSorted());
  });

  it('never compacts a topic, and asks two of three brokers in production', () => {
    for (const { replicas, config } of wanted.topics.values()) {
      expect(config).toMatchObject({ 'cleanup.policy': 'delete', 'min.insync.replicas': '2' });
      expect(replicas).toBe(3);
    }
  });

  it('has room for the largest record that a node sends, in every topic', () => {
    for (const { config } of wanted.topics.values())
      expect(Number(config['max.message.bytes'])).toBeGreaterThan(MAX_RECORD_BYTES);
  });
});

describe('the differences of a cluster', () => {
  it('are none when it is as the file says', () => {
    expect(differencesOf(wanted, asWanted, true)).toEqual([]);
  });

  it('are made good where something is missing or set otherwise', () => {
    const topic = wanted.topics.get(TOPIC)!;
    const topics = new Map([
      ...wanted.topics,
      [TOPIC, { ...topic, config: { ...topic.config, 'cleanup.policy': 'compact' } }],
    ]);
    topics.delete('delta-hub.31.dlq.v1');
    const [first, ...rules] = asWanted.rules!;
    const differences = differencesOf(wanted, { topics, rules }, true);
    expect(differences).toEqual([
      { kind: 'setting', topic: TOPIC, name: 'cleanup.policy', found: 'compact', wanted: 'delete' },
      { kind: 'topic-missing', topic: 'delta-hub.31.dlq.v1' },
      { kind: 'rule-missing', rule: first },
    ]);
    expect(differences.filter(isForPeople)).toEqual([]);
  });

  it('are left to a person where records would move or a right would go', () => {
    const topics = new Map([...wanted.topics, [TOPIC, { ...wanted.topics.get(TOPIC)!, partitions: 6 }]]);
    const foreign = 'ALLOW User:somebody WRITE TOPIC PREFIXED delta-hub. *';
    const differences = differencesOf(wanted, { topics, rules: [...asWanted.rules!, foreign] }, true);
    expect(differences).toEqual([
      { kind: 'layout', topic: TOPIC, name: 'partitions', found: 6, wanted: 3 },
      { kind: 'rule-unknown', rule: foreign },
    ]);
    expect(differences.every(isForPeople)).toBe(true);
  });

  it('say that brokers keep no rules, where there must be some', () => {
    const open: Found = { ...asWanted, rules: undefined };
    expect(differencesOf(wanted, open, true)).toEqual([{ kind: 'no-rules-kept' }]);
    expect(differencesOf(wanted, open, false)).toEqual([]);
  });
});
