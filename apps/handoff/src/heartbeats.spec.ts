import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, BrokerError, InMemoryBroker, InMemoryTopics } from '@delta-hub/broker';
import type { HubEvent } from '@delta-hub/contracts';
import { trustRule } from '@delta-hub/crypto';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NodeClock } from './clock.js';
import { HeartbeatListener, HeartbeatSender, heartbeatsTopic, peerStates } from './heartbeats.js';
import { LineLog } from './line-log.js';
import { Positions } from './positions.js';
import { outageFault } from './signed-beats.js';
import { readEvent } from './signed-events.js';
import { keys, signerOf, trust } from './testing/sample-records.js';
import { until } from './testing/until.js';

type Node = '31' | '32';

let dir: string;
let topics: InMemoryTopics;
let cut: Set<Node>;
const nodes = {} as Record<Node, Awaited<ReturnType<typeof open>>>;

const open = async (node: Node) => {
  const broker = new InMemoryBroker(topics);
  const line: Broker = Object.assign(Object.create(broker) as Broker, {
    publish: async (...args: Parameters<Broker['publish']>) => {
      if (cut.has(node)) throw new BrokerError('UNAVAILABLE', 'cut');
      await broker.publish(...args);
    },
    subscribe: (...[topic, after, take]: Parameters<Broker['subscribe']>) =>
      broker.subscribe(topic, after, async (record) => {
        if (cut.has(node)) throw new BrokerError('UNAVAILABLE', 'cut');
        await take(record);
      }),
    lag: (...args: Parameters<Broker['lag']>) => broker.lag(...args),
  });
  const peer = node === '31' ? '32' : '31';
  const clock = new NodeClock('2025-09-29T00:00:00.000Z');
  const [store, log] = [new InMemoryEventStore(), new LineLog(join(dir, `${node}.db`))];
  const positions = new Positions(join(dir, `${node}.db`));
  const keeper = { node, signer: signerOf(node), clock, newId: uuidv7 };
  const completeness = { told: () => [], lacks: () => 0, compare: () => Promise.resolve() };
  const deps = { keeper, broker: line, store, log, positions, keys, completeness };
  const [sender, listener] = [new HeartbeatSender(deps), new HeartbeatListener(peer, deps)];
  listener.start();
  const beat = async (): Promise<void> => {
    sender.tick();
    await sender.stop();
  };
  const close = async (): Promise<void> => {
    await listener.stop();
    await broker.close();
    log.close();
    positions.close();
  };
  const fault = async () => (await listener.state()).fault;
  return {
    clock,
    store,
    log,
    beat,
    close,
    fault,
    stale: () => peerStates(node, [peer], log, completeness, clock.now())[0]!,
  };
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-line-'));
  topics = new InMemoryTopics();
  cut = new Set();
  nodes['31'] = await open('31');
  nodes['32'] = await open('32');
});
afterEach(async () => {
  await nodes['31'].close();
  await nodes['32'].close();
  rmSync(dir, { recursive: true, force: true });
});

/** Every node beats at a moment; then whoever is on the line hears the other, if that one is too. */
const moment = async (instant: string): Promise<void> => {
  for (const node of Object.values(nodes)) node.clock.drive(instant);
  for (const node of Object.values(nodes)) await node.beat();
  if (cut.size === 0) for (const node of Object.values(nodes)) await until(() => node.stale().heardAt === instant);
};

const outages = async (node: Node): Promise<readonly HubEvent<'outage.declared'>[]> =>
  (await nodes[node].store.readAll(undefined, 10)).map(
    (recorded) => readEvent(recorded) as HubEvent<'outage.declared'>,
  );

it('a peer that has not been heard for more than five minutes is stale, with the instant it was heard last', async () => {
  expect(nodes['31'].stale()).toEqual({
    ...{ id: '32', heardAt: undefined, isStale: true, staleSince: undefined },
    ...{ isSkewed: false, skewSeconds: undefined, missingFacts: 0 },
  });
  await moment('2025-09-29T00:01:00.000Z');
  expect(nodes['31'].stale()).toMatchObject({ heardAt: '2025-09-29T00:01:00.000Z', isStale: false });
  cut.add('32');
  await moment('2025-09-29T00:06:00.001Z');
  expect(nodes['31'].stale()).toMatchObject({ isStale: true, staleSince: '2025-09-29T00:01:00.000Z' });
});

it('two days off the line are declared once, with heartbeats of both sides that show them', async () => {
  await moment('2025-09-29T00:00:00.000Z');
  await moment('2025-09-29T00:01:00.000Z');
  cut.add('32');
  await moment('2025-09-30T00:00:00.000Z');
  await moment('2025-09-30T23:59:00.000Z');
  cut.clear();
  await moment('2025-10-01T00:00:00.000Z');
  await moment('2025-10-01T00:01:00.000Z');
  await moment('2025-10-01T00:02:00.000Z');
  await until(async () => (await outages('32')).length > 0);

  const [declared, ...more] = await outages('32');
  expect(declared?.data).toMatchObject({
    peer: '31',
    from: '2025-09-29T00:01:00.000Z',
    until: '2025-09-30T23:59:00.000Z',
  });
  expect([more, await outages('31')]).toEqual([[], []]);
  expect(outageFault(declared!, trustRule(trust))).toBeUndefined();
  const stretched = { ...declared!, data: { ...declared!.data, until: '2025-10-05T00:00:00.000Z' } };
  expect(outageFault(stretched, trustRule(trust))).toBe('OUTAGE_NOT_AS_DECLARED');
  const forged = { ...declared!, data: { ...declared!.data, peerBeat: declared!.data.alone } };
  expect(outageFault(forged, trustRule(trust))).toBe('OUTAGE_NOT_ONE_NODE');
});

it('a listener that cannot take what comes says why, until it has', async () => {
  await moment('2025-09-29T01:00:00.000Z');
  expect(await nodes['32'].fault()).toBeUndefined();
  cut.add('32');
  await nodes['31'].beat();
  await until(async () => (await nodes['32'].fault()) === 'UNAVAILABLE: cut');
  cut.clear();
  await until(async () => (await nodes['32'].fault()) === undefined);
});

it('a heartbeat that was lost while both heard each other is no outage', async () => {
  await moment('2025-09-29T00:01:00.000Z');
  cut.add('32');
  await moment('2025-09-29T00:02:00.000Z');
  cut.clear();
  await moment('2025-09-29T00:03:00.000Z');
  await moment('2025-09-29T00:04:00.000Z');
  expect(await outages('32')).toEqual([]);
});

it('a peer whose clock goes wrong by more than five minutes is marked by both', async () => {
  await moment('2025-09-29T00:01:00.000Z');
  expect(nodes['31'].stale()).toMatchObject({ isSkewed: false, skewSeconds: undefined });
  nodes['32'].clock.drive('2025-09-29T00:08:00.000Z');
  await nodes['32'].beat();
  await until(() => nodes['31'].stale().heardAt === '2025-09-29T00:08:00.000Z');
  expect(nodes['31'].stale()).toMatchObject({ isSkewed: true, skewSeconds: 420 });
  nodes['31'].clock.drive('2025-09-29T00:02:00.000Z');
  await nodes['31'].beat();
  await until(() => nodes['32'].stale().heardAt === '2025-09-29T00:02:00.000Z');
  expect(nodes['32'].stale()).toMatchObject({ isSkewed: true, skewSeconds: -360 });
});

it('a topic of heartbeats that was made anew is heard again: the peer does not stay stale', async () => {
  await moment('2025-09-29T00:01:00.000Z');
  await moment('2025-09-29T00:02:00.000Z');
  for (const node of ['31', '32'] as const) topics.create(heartbeatsTopic(node));
  await moment('2025-09-29T00:03:00.000Z');
  expect(nodes['31'].stale()).toMatchObject({ heardAt: '2025-09-29T00:03:00.000Z', isStale: false });
});
