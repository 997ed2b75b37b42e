import {
  type Broker,
  BrokerError,
  type BrokerSubscription,
  type IncomingRecord,
  type OutgoingRecord,
  type Position,
} from '../broker.js';
import { InMemoryTopics } from '../in-memory-broker.js';
import type { BrokerSubstrate } from './contract-case.js';
import { inMemorySubstrate } from './in-memory-substrate.js';

/** One seeded fault: makes a wrong broker of a right one. */
interface Fault {
  readonly name: string;
  /** `topics` are what the right broker holds. */
  spoil(right: Broker, topics: InMemoryTopics): Partial<Broker>;
}

type Handler = (record: IncomingRecord) => Promise<void>;

const codeOf = (error: unknown) => (error instanceof BrokerError ? error.code : undefined);

const published =
  (alter: (records: readonly OutgoingRecord[]) => readonly OutgoingRecord[]) =>
  (right: Broker): Partial<Broker> => ({ publish: (topic, records) => right.publish(topic, alter(records)) });

const each = (alter: (record: OutgoingRecord) => OutgoingRecord) => published((records) => records.map(alter));

const withHandler =
  (alter: (handler: Handler) => Handler) =>
  (right: Broker): Partial<Broker> => ({
    subscribe: (topic, after, handler) => right.subscribe(topic, after, alter(handler)),
  });

/** Starts at other positions when those given do not fit. */
const instead =
  (code: string, alter: (after: readonly Position[]) => readonly Position[]) =>
  (right: Broker): Partial<Broker> => ({
    subscribe: async (topic, after, handler) => {
      try {
        return await right.subscribe(topic, after, handler);
      } catch (error) {
        if (codeOf(error) !== code) throw error;
        return right.subscribe(topic, alter(after), handler);
      }
    },
  });

const publishFaults: readonly Fault[] = [
  { name: 'headers are dropped', spoil: each((record) => ({ ...record, headers: {} })) },
  {
    name: 'values pass through a text',
    spoil: each((record) => ({ ...record, value: new TextEncoder().encode(new TextDecoder().decode(record.value)) })),
  },
  { name: 'the last byte is dropped', spoil: each((record) => ({ ...record, value: record.value.slice(0, -1) })) },
  { name: 'the records of a call are published backwards', spoil: published((records) => records.toReversed()) },
  {
    name: 'every record has a key of its own',
    spoil: (right) => {
      let count = 0;
      return each((record) => ({ ...record, key: `${record.key}-${count++}` }))(right);
    },
  },
  {
    name: 'identical records are published once',
    spoil: (right) => {
      const seen = new Set<string>();
      const isNew = ({ key, value }: OutgoingRecord) => {
        const text = `${key} ${Buffer.from(value).toString('hex')}`;
        return !seen.has(text) && seen.add(text);
      };
      return published((records) => records.filter(isNew))(right);
    },
  },
  {
    name: 'what is invalid is left out',
    spoil: (right) => ({
      publish: async (topic, records) => {
        for (const record of records)
          await right.publish(topic, [record]).catch((error: unknown) => {
            if (codeOf(error) !== 'INVALID_RECORD') throw error;
          });
      },
    }),
  },
  {
    name: 'the good records of a refused call are published',
    spoil: (right) => ({
      publish: async (topic, records) => {
        for (const record of records) await right.publish(topic, [record]);
      },
    }),
  },
  {
    name: "the caller's bytes are taken when it suits the broker",
    spoil: (right) => ({
      publish: async (topic, records) => {
        await Promise.resolve();
        return right.publish(topic, records);
      },
    }),
  },
  {
    name: 'all topics are one',
    spoil: (right) => ({
      publish: (_, records) => right.publish('one', records),
      subscribe: (_, after, handler) => right.subscribe('one', after, handler),
    }),
  },
  {
    name: 'nothing survives a new start',
    spoil: (right, topics) => ({
      close: async () => {
        await right.close();
        topics.create('delta-hub.31.events.v1');
      },
    }),
  },
];

const positionFaults: readonly Fault[] = [
  {
    name: 'the record at the position is delivered again',
    spoil: (right) => ({
      subscribe: async (topic, after, handler) => {
        const earlier = after.map((at) => ({ ...at, offset: at.offset - 1n }));
        await right.lag(topic, after);
        return right.subscribe(topic, earlier, handler).catch(() => right.subscribe(topic, after, handler));
      },
    }),
  },
  { name: 'an unknown log is read from its start', spoil: instead('LOG_REPLACED', () => []) },
  {
    name: 'another record at the position is not noticed',
    spoil: (right) => ({
      subscribe: (topic, after, handler) =>
        right.subscribe(
          topic,
          after.map(({ checksum: _, ...position }) => position),
          handler,
        ),
    }),
  },
  { name: 'a position beyond the end starts anew', spoil: instead('POSITION_BEYOND_END', () => []) },
  {
    name: 'a position beyond the end waits',
    spoil: (right) => ({
      subscribe: (...call) =>
        right.subscribe(...call).catch((error: unknown): BrokerSubscription => {
          if (codeOf(error) !== 'POSITION_BEYOND_END') throw error;
          return { finished: Promise.resolve(), stop: () => Promise.resolve() };
        }),
    }),
  },
  { name: 'removed records are skipped in silence', spoil: instead('POSITION_LOST', () => []) },
  {
    name: 'a log created again is followed in silence',
    spoil: (right) => ({
      subscribe: async (topic, after, handler) => {
        const first = await right.subscribe(topic, after, handler);
        const finished = first.finished.catch(async (error: unknown) => {
          if (codeOf(error) !== 'LOG_REPLACED') throw error;
          await (
            await right.subscribe(topic, [], handler)
          ).finished;
        });
        return { finished, stop: () => first.stop() };
      },
    }),
  },
  { name: 'lag is one too many', spoil: (right) => ({ lag: async (...call) => (await right.lag(...call)) + 1n }) },
  {
    name: 'lag ignores the positions',
    spoil: (right) => ({ lag: (topic) => right.lag(topic, []) }),
  },
  {
    name: 'lag of a position that does not fit is none',
    spoil: (right) => ({
      lag: (...call) =>
        right.lag(...call).catch((error: unknown) => {
          if (codeOf(error) === 'UNAVAILABLE') throw error;
          return 0n;
        }),
    }),
  },
];

const subscriptionFaults: readonly Fault[] = [
  {
    name: 'the first record after the past is lost',
    spoil: (right) => ({
      subscribe: async (topic, after, handler) => {
        let ahead = await right.lag(topic, after);
        return right.subscribe(topic, after, (record) => (ahead-- === 0n ? Promise.resolve() : handler(record)));
      },
    }),
  },
  {
    name: 'what lies behind the first megabytes of a backlog is passed over',
    spoil: withHandler((handler) => {
      let bytes = 0;
      return (record) => ((bytes += record.value.byteLength) > 4_194_304 ? Promise.resolve() : handler(record));
    }),
  },
  {
    name: 'a topic not yet written to is an error',
    spoil: (right, topics) => ({
      subscribe: (topic, after, handler) =>
        topics.bounds(topic).length === 0
          ? Promise.reject(new BrokerError('UNAVAILABLE', 'no such topic'))
          : right.subscribe(topic, after, handler),
    }),
  },
  {
    name: 'a fault of the handler is swallowed',
    spoil: withHandler((handler) => (record) => handler(record).catch(() => undefined)),
  },
  {
    name: 'handlers run side by side',
    spoil: withHandler((handler) => (record) => {
      void handler(record).catch(() => undefined);
      return Promise.resolve();
    }),
  },
  {
    name: 'stop stops nothing',
    spoil: (right) => ({
      subscribe: async (...call) => ({ ...(await right.subscribe(...call)), stop: () => Promise.resolve() }),
    }),
  },
  { name: 'closing leaves everything running', spoil: () => ({ close: () => Promise.resolve() }) },
];

export const brokerFaults: readonly Fault[] = [...publishFaults, ...positionFaults, ...subscriptionFaults];

/** A substrate whose brokers have the fault; without one, they are right. */
export const faultySubstrate = (fault?: Fault): BrokerSubstrate => {
  const topics = new InMemoryTopics(3);
  const substrate = inMemorySubstrate(topics);
  const connect = async (): Promise<Broker> => {
    const right = await substrate.connect();
    const pass: Broker = {
      publish: (...call) => right.publish(...call),
      subscribe: (...call) => right.subscribe(...call),
      lag: (...call) => right.lag(...call),
      close: () => right.close(),
    };
    return { ...pass, ...fault?.spoil(right, topics) };
  };
  return { ...substrate, connect };
};
