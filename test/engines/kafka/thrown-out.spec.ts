import { expect, it } from '@jest/globals';
import type { IncomingRecord } from '@delta-hub/broker';
import { type KafkaRebuild, openKafkajsBroker } from '@delta-hub/broker/kafkajs';
import { Hands } from '@delta-hub/local-log/testing';
import { givenBrokers, TestTopics } from './test-topics.js';
import { numbered, upTo } from './traffic.js';

const TOPIC = 'delta-hub.34.events.v1';
const COUNT = 20;

it('kafkajs thrown out of its group in the middle of a batch goes on where it was, anew and nothing twice', async () => {
  const brokers = givenBrokers();
  const topics = new TestTopics(brokers);
  await topics.create(TOPIC);
  const anew = Promise.withResolvers<void>();
  const onRebuild = ({ reason }: KafkaRebuild): void => {
    if (reason.message === `kafkajs: joined the group of ${TOPIC} again`) anew.resolve();
  };
  const broker = openKafkajsBroker({ brokers, clientId: 'delta-hub.34', onRebuild });
  await broker.publish(TOPIC, upTo(COUNT).map(numbered));
  const hands = new Hands<IncomingRecord>();
  await broker.subscribe(TOPIC, [], hands.take);
  await hands.taken.holding(1);
  expect(await topics.throwOut('delta-hub.34.')).toBe(1);
  hands.letAllGo();
  await hands.taken.holding(COUNT);
  await anew.promise;
  await broker.publish(
    TOPIC,
    upTo(2 * COUNT)
      .slice(COUNT)
      .map(numbered),
  );
  const received = await hands.taken.holding(2 * COUNT);
  expect(received.map(({ value }) => Number(Buffer.from(value)))).toEqual(upTo(2 * COUNT));
  await broker.close();
  await topics.delete(TOPIC);
  await topics.close();
});

it('kafkajs closed while it joins its group is in none afterwards', async () => {
  const brokers = givenBrokers();
  const topics = new TestTopics(brokers);
  await topics.create(TOPIC);
  for (let round = 0; round < 5; round++) {
    const broker = openKafkajsBroker({ brokers, clientId: 'delta-hub.34' });
    await broker.publish(TOPIC, [numbered(round)]);
    await broker.subscribe(TOPIC, [], () => Promise.resolve());
    await broker.close();
  }
  expect(await topics.groupsInUse('delta-hub.34.')).toEqual([]);
  await topics.delete(TOPIC);
  await topics.close();
});
