import { describeBrokerContract } from '../broker.contract.js';
import { InMemoryTopics } from '../in-memory-broker.js';
import { KafkaBroker } from './kafka-broker.js';
import { ClientInMemory } from './testing/client-in-memory.js';

describeBrokerContract('what both Kafka adapters share', () => {
  const topics = new InMemoryTopics();
  return Promise.resolve({
    connect: () => Promise.resolve(new KafkaBroker(new ClientInMemory(topics), { times: { pause: 1, lookEvery: 20 } })),
    expire: (...what) => Promise.resolve(topics.expire(...what)),
    recreate: (topic) => Promise.resolve(void topics.create(topic)),
    dispose: () => Promise.resolve(),
  });
});
