// The two libraries with nothing of the hub: one record is sent and waited for until it is read; how many ms that took.
import { Consumer, Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { performance } from 'node:perf_hooks';

/** Who waits for which record: they are read in the order they were sent, in one partition. */
const arrivals = () => {
  const waiting = new Map();
  let sent = 0;
  return {
    next: () => {
      const id = `${sent++}`;
      const { promise, resolve } = Promise.withResolvers();
      waiting.set(id, resolve);
      return { id, arrived: promise };
    },
    read: (id) => {
      waiting.get(id)?.();
      waiting.delete(id);
    },
  };
};

export const barePlatformatic = async (brokers, topic, { value, headers }) => {
  const base = { clientId: 'bare', bootstrapBrokers: [...brokers] };
  const producer = new Producer({ ...base, acks: -1, idempotent: true });
  const consumer = new Consumer({ ...base, groupId: 'bare' });
  const asked = arrivals();
  let isOver = false;
  const { topics } = await consumer.metadata({ topics: [topic] });
  const { id: topicId, partitions } = topics.get(topic);
  const follow = async () => {
    let fetchOffset = 0n;
    while (!isOver) {
      const place = {
        partition: 0,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        fetchOffset,
        partitionMaxBytes: 2 ** 22,
      };
      const node = partitions[0].leader;
      const answer = await consumer.fetch({
        node,
        topics: [{ topicId, partitions: [place] }],
        maxWaitTime: 500,
        minBytes: 1,
      });
      for (const { firstOffset, lastOffsetDelta, records } of answer.responses.flatMap((one) =>
        one.partitions.flatMap((p) => p.records ?? []),
      )) {
        for (const { key } of records) asked.read(key.toString());
        fetchOffset = firstOffset + BigInt(lastOffsetDelta) + 1n;
      }
    }
  };
  const following = follow().catch(() => undefined);
  const bytes = Buffer.from(value);
  const head = new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
  return {
    exchange: async () => {
      const start = performance.now();
      const { id, arrived } = asked.next();
      await producer.send({ messages: [{ topic, partition: 0, key: Buffer.from(id), value: bytes, headers: head }] });
      await arrived;
      return performance.now() - start;
    },
    close: async () => {
      isOver = true;
      await following;
      await Promise.all([producer.close(), consumer.close(true)]);
    },
  };
};

export const bareKafkajs = async (brokers, topic, { value, headers }) => {
  const kafka = new kafkajs.Kafka({ clientId: 'bare', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: () => () => 0 });
  const consumer = kafka.consumer({ groupId: 'bare', maxWaitTimeInMs: 500 });
  const asked = arrivals();
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => batch.messages.forEach(({ key }) => asked.read(key.toString())),
  });
  const bytes = Buffer.from(value);
  return {
    exchange: async () => {
      const start = performance.now();
      const { id, arrived } = asked.next();
      await producer.send({ topic, acks: -1, messages: [{ partition: 0, key: id, value: bytes, headers }] });
      await arrived;
      return performance.now() - start;
    },
    close: () => Promise.all([producer.disconnect(), consumer.disconnect()]),
  };
};
