import { InMemoryBroker, InMemoryTopics } from '../in-memory-broker.js';
import type { BrokerSubstrate } from './contract-case.js';

/** Three partitions, so that the contract also holds where keys meet in different ones. */
export const inMemorySubstrate = (topics = new InMemoryTopics(3)): BrokerSubstrate => ({
  connect: () => Promise.resolve(new InMemoryBroker(topics)),
  expire: (...what) => Promise.resolve(topics.expire(...what)),
  recreate: (topic) => Promise.resolve(void topics.create(topic)),
  dispose: () => Promise.resolve(),
});
