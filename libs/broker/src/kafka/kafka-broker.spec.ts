import { expect, it, jest } from '@jest/globals';
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

/** What a reader takes that nobody lets read, in milliseconds. */
const TRIED = 20;

/** Its brokers tell where the topics begin and end, and let nobody read. Time passes with its readers alone. */
class Unreadable extends ClientInMemory {
  #now = 0;

  now(): number {
    return this.#now;
  }

  override read(): KafkaReader {
    this.#now += TRIED;
    return {
      failed: Promise.reject(new KafkaClientFault('TRANSIENT', 'no group for us')),
      close: () => Promise.resolve(),
    };
  }
}

it('a consumer whose readers are of no use, one after the other, ends and says why', async () => {
  const topics = new InMemoryTopics();
  topics.create('invented');
  const client = new Unreadable(topics);
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => client.now());
  let rebuilds = 0;
  const broker = new KafkaBroker(client, {
    times: { pause: 1, givesUpAfter: 5 * TRIED },
    onRebuild: () => (rebuilds += 1),
  });
  try {
    const { finished } = await broker.subscribe('invented', [], () => Promise.resolve());
    await expect(finished).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'no group for us' });
    expect(rebuilds).toBe(5);
  } finally {
    clock.mockRestore();
    await broker.close();
  }
});
