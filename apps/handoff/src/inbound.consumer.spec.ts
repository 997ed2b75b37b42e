import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type Broker, BrokerError, InMemoryBroker, InMemoryTopics, type IncomingRecord } from '@delta-hub/broker';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HANDLER_STALLED_AFTER_MS, STANDS_AFTER_MS } from './consumer-fault.js';
import { InboundConsumer } from './inbound.consumer.js';
import { eventsTopic } from './outbound.publisher.js';
import { Positions } from './positions.js';
import { until } from './testing/until.js';

const TOPIC = eventsTopic('32');
const away = (): BrokerError => new BrokerError('UNAVAILABLE', 'nobody answers');

let dir: string;
let positions: Positions;
let topics: InMemoryTopics;
let broker: InMemoryBroker;
let now: number;
let consumer: InboundConsumer;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-consumer-'));
  positions = new Positions(join(dir, 'positions.db'));
  topics = new InMemoryTopics();
  broker = new InMemoryBroker(topics);
  now = 0;
});
afterEach(async () => {
  await consumer.stop();
  await broker.close();
  positions.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The broker, but for how it subscribes. */
const through = (subscribe: Broker['subscribe']): Broker => ({
  subscribe,
  publish: (...call) => broker.publish(...call),
  lag: (...call) => broker.lag(...call),
  close: () => broker.close(),
});

const follow = (
  of: Broker,
  take: (record: IncomingRecord) => Promise<void> = () => Promise.resolve(),
  onStopped: (name: string, fault: string) => void = () => undefined,
): void => {
  const monotonicMs = (): number => now;
  consumer = new InboundConsumer({ peer: '32', broker: of, positions, records: { take }, monotonicMs, onStopped });
  consumer.start();
};

const publish = (...keys: readonly string[]): Promise<void> =>
  broker.publish(
    TOPIC,
    keys.map((key) => ({ key, value: Buffer.from('invented'), headers: {} })),
  );

const faultNow = async (): Promise<string | undefined> => (await consumer.state()).fault;

/** Resolves as soon as the consumer shows this fault. */
const shows = (fault: string | undefined): Promise<void> => until(async () => (await faultNow()) === fault);

/** Resolves when the consumer has taken all there is. */
const caughtUp = (): Promise<void> => until(async () => (await consumer.state()).behind === 0);

describe('the fault of a consumer', () => {
  it('of a broker that is away at the start is over as soon as it is there, without any record', async () => {
    const back = Promise.withResolvers<void>();
    let isAway = true;
    follow(
      through(async (...call) => {
        if (isAway) throw away();
        const subscription = await broker.subscribe(...call);
        back.resolve();
        return subscription;
      }),
    );
    await shows('UNAVAILABLE: nobody answers');
    isAway = false;
    await back.promise;
    await shows(undefined);
  });

  it('of a subscription that ended stays while each next one ends too, and is over when one has stood for a minute', async () => {
    let subscribed = 0;
    let isAway = true;
    const stands = Promise.withResolvers<void>();
    follow(
      through(async (...call) => {
        const subscription = await broker.subscribe(...call);
        subscribed += 1;
        if (!isAway) stands.resolve();
        return isAway
          ? { ...subscription, finished: Promise.reject(away()), stop: () => subscription.stop() }
          : subscription;
      }),
    );
    await shows('UNAVAILABLE: nobody answers');
    await until(async () => {
      expect(await faultNow()).toBe('UNAVAILABLE: nobody answers');
      return subscribed >= 3;
    });
    isAway = false;
    await stands.promise;
    await turn();
    now += STANDS_AFTER_MS - 1;
    expect(await faultNow()).toBe('UNAVAILABLE: nobody answers');
    now += 1;
    expect(await faultNow()).toBeUndefined();
  });

  it('of a record stays while others are taken, however often it comes, and is over when that record is taken', async () => {
    let isBroken = true;
    let others = 0;
    follow(broker, async ({ key }) => {
      if (key === 'broken' && isBroken) throw new Error('broken');
      await turn(); // It is done after the other has failed.
      others += 1;
    });
    await publish('broken', 'other');
    await shows('broken');
    const taken = others;
    await until(async () => {
      expect(await faultNow()).toBe('broken');
      return others >= taken + 2;
    });
    now += STANDS_AFTER_MS;
    expect(await faultNow()).toBe('broken');
    isBroken = false;
    await shows(undefined);
  });

  it('of a place that is not there any more is for a person: it is told once, with its code, and nothing more is tried', async () => {
    await publish('one', 'two', 'three');
    follow(broker);
    await caughtUp();
    await consumer.stop();
    topics.create(TOPIC);
    const told: string[][] = [];
    let tried = 0;
    const counting = through((...call) => ((tried += 1), broker.subscribe(...call)));
    follow(counting, undefined, (...stopped) => told.push(stopped));
    await until(() => told.length > 0);
    const fault = await faultNow();
    expect(fault).toMatch(/^LOG_REPLACED: delta-hub\.32\.events\.v1\[0\]: /);
    expect([told, tried]).toEqual([[['consumer-32', fault]], 1]);
  });

  it('tells of a record that has been in hand for a minute, whatever else is taken, until it is done', async () => {
    const hung = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let others = 0;
    follow(broker, async ({ key }) => {
      if (key !== 'hung') return void (others += 1);
      begun.resolve();
      await hung.promise;
    });
    await publish('hung');
    await begun.promise;
    now = 1;
    await publish('other', 'hung');
    await until(() => others > 0);
    now = HANDLER_STALLED_AFTER_MS - 1;
    expect(await faultNow()).toBeUndefined();
    now += 1;
    expect(await faultNow()).toBe('HANDLER_STALLED: record 0:0 has been in hand for 60 s');
    now *= 2;
    expect(await faultNow()).toBe('HANDLER_STALLED: record 0:0 has been in hand for 120 s');
    hung.resolve();
    await shows(undefined);
    await caughtUp();
    expect(await faultNow()).toBeUndefined();
  });
});
