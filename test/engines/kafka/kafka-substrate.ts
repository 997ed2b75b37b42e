import type { Broker } from '@delta-hub/broker';
import type { KafkaOptions } from '@delta-hub/broker/kafkajs';
import type { OpenBrokerSubstrate } from '@delta-hub/broker/testing';
import { givenBrokers, TestTopics } from './test-topics.js';

/** The topics of the contract. On Kafka the operator makes them; more than one partition, so that keys meet in different ones. */
const TOPICS = ['delta-hub.31.events.v1', 'delta-hub.32.events.v1'];
const PARTITIONS = 3;

export const kafkaSubstrate =
  (open: (options: KafkaOptions) => Broker): OpenBrokerSubstrate =>
  async () => {
    const brokers = givenBrokers();
    const topics = new TestTopics(brokers);
    await topics.createAll(TOPICS, PARTITIONS);
    return {
      connect: () => Promise.resolve(open({ brokers, clientId: 'delta-hub.31' })),
      expire: (...what) => topics.expire(...what),
      recreate: (topic) => topics.recreate(topic, PARTITIONS),
      dispose: async () => {
        await topics.delete(...TOPICS);
        await topics.close();
      },
    };
  };
