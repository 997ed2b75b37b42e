import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clients } from './clients.js';
import { freePorts } from './free-ports.js';
import { KafkaCluster } from './kafka-cluster.js';
import { FETCH, PRODUCE, Relay } from './relay.js';
import { TestTopics } from './test-topics.js';
import { Traffic, upTo } from './traffic.js';

const LOST_ANSWERS = 10;

let cluster: KafkaCluster;
let relay: Relay;
let topics: TestTopics;
let brokers: readonly string[];
beforeAll(async () => {
  const [port] = await freePorts(1);
  cluster = await KafkaCluster.start(1, { advertisedPort: port! });
  relay = await Relay.start(port!, cluster.nodes[0]!.plan.port);
  brokers = [`127.0.0.1:${port}`];
});
afterAll(async () => {
  await relay.stop();
  await cluster.stop();
});
beforeEach(() => {
  topics = new TestTopics(brokers);
});
afterEach(() => topics.close());

describe.each(clients)('$name', ({ name, open, mayRepeat }) => {
  it('an answer that is lost, followed by other sends: nothing is lost, everything in order', async () => {
    const topic = `delta-hub.${name}-answers.events.v1`;
    await topics.create(topic);
    const traffic = new Traffic(open, topic, brokers);
    await traffic.passes();
    for (let lost = 0; lost < LOST_ANSWERS; lost++) {
      await relay.lose(PRODUCE);
      await traffic.passes();
    }
    const { repeats } = await traffic.end();
    expect(traffic.taken).toEqual(upTo(traffic.taken.length));
    expect(repeats).toBe(mayRepeat ? LOST_ANSWERS : 0);
  });

  it('an acknowledgement that names an offset of before is not believed: the record is sent again', async () => {
    const topic = `delta-hub.${name}-acknowledged.events.v1`;
    await topics.create(topic);
    const traffic = new Traffic(open, topic, brokers);
    await traffic.passes();
    await relay.repeat(PRODUCE);
    await traffic.passes();
    const { repeats } = await traffic.end();
    expect([traffic.taken, repeats]).toEqual([upTo(traffic.taken.length), 1]);
  });

  it('a consumer that is alive and is given nothing is built anew, and counted', async () => {
    const topic = `delta-hub.${name}-silence.events.v1`;
    await topics.create(topic);
    const traffic = new Traffic(open, topic, brokers, { lookEvery: 100, stalledAfter: 2_000 });
    await traffic.passes();
    void relay.withhold(FETCH);
    while (traffic.rebuilds.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    relay.heal();
    await traffic.passes();
    await traffic.end();
    expect(traffic.taken).toEqual(upTo(traffic.taken.length));
    expect(traffic.rebuilds[0]).toMatchObject({ topic, count: 1, reason: { kind: 'STALLED' } });
  });

  it('a consumer whose connection is cut while it reads goes on where it was', async () => {
    const topic = `delta-hub.${name}-cut.events.v1`;
    await topics.create(topic);
    const traffic = new Traffic(open, topic, brokers);
    await traffic.passes();
    await relay.lose(FETCH);
    await traffic.passes();
    await traffic.end();
    expect(traffic.taken).toEqual(upTo(traffic.taken.length));
  });
});

it('connections that are half open are given up for others, by both clients', async () => {
  const traffics = await Promise.all(
    clients.map(async ({ name, open }) => {
      const topic = `delta-hub.${name}-half-open.events.v1`;
      await topics.create(topic);
      return new Traffic(open, topic, brokers);
    }),
  );
  await Promise.all(traffics.map((traffic) => traffic.passes()));
  relay.abandon();
  await Promise.all(traffics.map((traffic) => traffic.passes()));
  await Promise.all(traffics.map((traffic) => traffic.end()));
  for (const { taken } of traffics) expect(taken).toEqual(upTo(taken.length));
});
