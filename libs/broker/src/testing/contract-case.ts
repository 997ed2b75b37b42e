import { Inbox, within } from '@delta-hub/local-log/testing';
import type { Broker, BrokerSubscription, IncomingRecord, OutgoingRecord, Position } from '../broker.js';
import { positionAt } from '../positions.js';

/** One place without topics: a directory, a server's corner, an object in memory. */
export interface BrokerSubstrate {
  /** Opens a further broker over the same topics, as another process or the next start would. */
  connect(): Promise<Broker>;
  /** Removes the records of a partition below `before`, as the operator's retention does. */
  expire(topic: string, partition: number, before: bigint): Promise<void>;
  /** Deletes a topic and creates it again, empty, as an operator may. */
  recreate(topic: string): Promise<void>;
  /** Removes everything. All brokers have been closed before. */
  dispose(): Promise<void>;
}

/** Yields a fresh substrate. */
export type OpenBrokerSubstrate = () => Promise<BrokerSubstrate>;

/** One promise of the port. `run` rejects when the adapter does not keep it. */
export interface ContractCase {
  readonly name: string;
  run(open: OpenBrokerSubstrate, patienceMs?: number): Promise<void>;
}

/** What a case works with. */
export interface Bench extends Pick<BrokerSubstrate, 'expire' | 'recreate'> {
  readonly broker: Broker;
  /** A further broker over the same topics; closed when the case ends. */
  connect(): Promise<Broker>;
  /** Waits, but not for ever. */
  soon<T>(promise: Promise<T>, what: string): Promise<T>;
  /** Subscribes to the topic and collects. */
  listen(broker: Broker, after: readonly Position[], topic?: string): Promise<Listener>;
}

export interface Listener extends BrokerSubscription {
  /** All records received so far, once there are at least `count`. */
  holding(count: number): Promise<readonly IncomingRecord[]>;
}

export const TOPIC = 'delta-hub.31.events.v1';

/** Long enough for a slow server on a busy machine: it is used up only by an adapter that fails. */
const PATIENCE_MS = 60_000;

export const contractCase = (name: string, body: (bench: Bench) => Promise<void>): ContractCase => ({
  name,
  run: async (open, patienceMs = PATIENCE_MS) => {
    const substrate = await open();
    const brokers: Broker[] = [];
    const soon = <T>(promise: Promise<T>, what: string) => within(promise, what, patienceMs);
    const connect = async () => {
      const broker = await substrate.connect();
      brokers.push(broker);
      return broker;
    };
    const listen = async (broker: Broker, after: readonly Position[], topic = TOPIC) => {
      const inbox = new Inbox<IncomingRecord>();
      const subscription = await soon(broker.subscribe(topic, after, inbox.take), 'a subscription to begin');
      const fault = subscription.finished.then(() => new Promise<never>(() => {}));
      fault.catch(() => undefined); // Whoever waits for more is told; else it is for the case to look at `finished`.
      return {
        finished: subscription.finished,
        stop: () => soon(subscription.stop(), 'a subscription to stop'),
        holding: (count: number) => soon(Promise.race([inbox.holding(count), fault]), `${count} records`),
      };
    };
    const { expire, recreate } = substrate;
    try {
      await body({ broker: await connect(), connect, soon, listen, expire, recreate });
    } finally {
      await soon(Promise.all(brokers.map((broker) => broker.close())), 'the brokers to close');
      await substrate.dispose();
    }
  },
});

/** An invented record. */
export const aRecord = (text = 'invented', key = 'transfer-1'): OutgoingRecord => ({
  key,
  value: new TextEncoder().encode(text),
  headers: { 'content-type': 'application/cloudevents+json' },
});

/** As many invented records of one key as asked for, with different bytes. */
export const someRecords = (count: number, key = 'transfer-1'): OutgoingRecord[] =>
  Array.from({ length: count }, (_, index) => aRecord(`${key} ${index}`, key));

/** What was given to `publish`, without the places the broker has found for it. */
export const given = (records: readonly IncomingRecord[]): OutgoingRecord[] =>
  records.map(({ key, value, headers }) => ({ key, value, headers }));

export const textsOf = (records: readonly OutgoingRecord[]): string[] =>
  records.map(({ value }) => new TextDecoder().decode(value));

/** Where a consumer stands that has taken these records. */
export const positionsAfter = (records: readonly IncomingRecord[]): readonly Position[] => [
  ...new Map(records.map((record) => [record.partition, positionAt(record)] as const)).values(),
];

/** The code of the error a promise rejects with; fails when it resolves. */
export const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return error.code;
    throw error;
  }
  throw new Error('resolved, but an error was promised');
};
