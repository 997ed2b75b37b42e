import { expect, it } from '@jest/globals';
import { describeBrokerContract } from '../broker.contract.js';
import { InMemoryTopics } from '../in-memory-broker.js';
import { KafkaBroker } from './kafka-broker.js';
import { KafkaClientFault, type KafkaReader } from './kafka-client.js';
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

/** Its brokers tell where the topics begin and end, and let nobody read. */
class Unreadable extends ClientInMemory {
  override read(): KafkaReader {
    return {
      failed: Promise.reject(new KafkaClientFault('TRANSIENT', 'no group for us')),
      close: () => Promise.resolve(),
    };
  }
}

it('a consumer whose readers are of no use, one after the other, ends and says why', async () => {
  const topics = new InMemoryTopics();
  topics.create('invented');
  let rebuilds = 0;
  const broker = new KafkaBroker(new Unreadable(topics), {
    times: { pause: 1, givesUpAfter: 500 },
    onRebuild: () => (rebuilds += 1),
  });
  const { finished } = await broker.subscribe('invented', [], () => Promise.resolve());
  await expect(finished).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'no group for us' });
  expect(rebuilds).toBeGreaterThan(1);
  await broker.close();
});
