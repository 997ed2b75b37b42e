import type { Broker, IncomingRecord } from '@delta-hub/broker';
import { eventName, type HubEvent } from '@delta-hub/contracts';
import type { EventStore } from '@delta-hub/event-store';
import type { Chance } from './chance.js';
import type { Spoil } from './simulate.js';
import type { NodeName, SimulatedNode } from './world.js';

/** Takes the broker of a node in its next life and gives back a worse one. */
type SpoilBroker = (
  broker: Broker,
  chance: Chance,
  life: { readonly node: NodeName; readonly number: number },
) => Broker;

const brokers =
  (spoil: SpoilBroker): Spoil =>
  (make) =>
  (chance, directory) => {
    const parts = make(chance, directory);
    const lives = new Map<NodeName, number>();
    return {
      ...parts,
      broker: async (node) => {
        const life = (lives.get(node) ?? 0) + 1;
        lives.set(node, life);
        return spoil(await parts.broker(node), chance, { node, number: life });
      },
    };
  };

const stores =
  (spoil: (store: EventStore, chance: Chance, node: NodeName) => EventStore): Spoil =>
  (make) =>
  (chance, directory) => {
    const parts = make(chance, directory);
    return { ...parts, store: async (node, now) => spoil(await parts.store(node, now), chance, node) };
  };

const nodes =
  (opened: (node: SimulatedNode) => void): Spoil =>
  (make) =>
  (chance, directory) => ({ ...make(chance, directory), opened });

const both =
  (one: Spoil, other: Spoil): Spoil =>
  (make) =>
    other(one(make));

/** Its heartbeats do not tell how many facts it has sent: nobody misses what was lost. */
const uncounted = nodes(({ handoff: { readModels } }) => {
  readModels.tally.told = () => 0;
});

const bound = (store: EventStore): EventStore => ({
  ...{ append: store.append.bind(store), read: store.read.bind(store), readAll: store.readAll.bind(store) },
  ...{ head: store.head.bind(store), subscribe: store.subscribe.bind(store), close: store.close.bind(store) },
});

const boundBroker = (broker: Broker): Broker => ({
  ...{ publish: broker.publish.bind(broker), subscribe: broker.subscribe.bind(broker) },
  ...{ lag: broker.lag.bind(broker), close: broker.close.bind(broker) },
});

const isEvents = (topic: string): boolean => topic.includes('.events.');

/** Worlds that are wrong in one thing: each must be found out. */
export const PLANTED: Readonly<Record<string, Spoil>> = {
  'facts that are lost, where nobody counts them': both(
    uncounted,
    brokers((broker, chance) => ({
      ...boundBroker(broker),
      // Often enough that a few small worlds do not depend on luck.
      publish: (topic, records) =>
        isEvents(topic) && chance.is(0.02) ? Promise.resolve() : broker.publish(topic, records),
    })),
  ),

  'a broker that loses every second record on the way to its reader': brokers((broker, chance) => ({
    ...boundBroker(broker),
    lag: () => Promise.resolve(0n),
    subscribe: (topic, after, handler) =>
      broker.subscribe(topic, after, (record) =>
        isEvents(topic) && chance.is(0.5) ? Promise.resolve() : handler(record),
      ),
  })),

  'a consumer that skips one record after a crash': both(
    uncounted,
    brokers((broker, _chance, { node, number }) => {
      const skipped = new Set<string>();
      const skips = ({ topic, value }: IncomingRecord): boolean =>
        number > 1 && isEvents(topic) && !skipped.has(topic) && eventIn(value).recipients.includes(node);
      return {
        ...boundBroker(broker),
        lag: () => Promise.resolve(0n),
        subscribe: (topic, after, handler) =>
          broker.subscribe(topic, after, (record) => {
            if (!skips(record)) return handler(record);
            skipped.add(topic);
            return Promise.resolve();
          }),
      };
    }),
  ),

  'a node that forgets that two ids are one person': nodes(({ handoff: { readModels } }) => {
    readModels.mergeStreams = () => [];
  }),

  'a verdict that is struck on one side only': brokers((broker) => ({
    ...boundBroker(broker),
    publish: (topic, records) =>
      broker.publish(
        topic,
        records.filter((record) => !isSupersession(record.value)),
      ),
  })),

  'a store that answers one append in ten as done and keeps nothing of it': stores((store, chance) => ({
    ...bound(store),
    append: async (...args) => {
      const position = (await store.head()) ?? 1n;
      return chance.is(0.1) ? { outcome: 'appended', revision: 0n, position } : store.append(...args);
    },
  })),

  'a store that takes one fact in a hundred twice, under a second id': stores((store, chance) => ({
    ...bound(store),
    append: async (...args) => {
      const result = await store.append(...args);
      const [event] = args[2];
      if (result.outcome === 'appended' && event !== undefined && chance.is(0.01))
        await store.append(args[0], result.revision, [{ ...event, id: chance.uuid().replace(/-4(?=...-8)/, '-7') }]);
      return result;
    },
  })),

  'a node that reckons the limits by its own clock': nodes(({ handoff: { readModels }, skewMs }) => {
    const transfer = readModels.transfer.bind(readModels);
    readModels.transfer = (id) => {
      const known = transfer(id);
      return known && { ...known, dues: known.dues.map((due) => ({ ...due, due: shifted(due.due, skewMs) })) };
    };
  }),

  'a node at which a report does not end the time of the agency before': nodes(({ name, handoff: { readModels } }) => {
    const transfersOfPerson = readModels.transfersOfPerson.bind(readModels);
    readModels.transfersOfPerson = (person) =>
      transfersOfPerson(person).map((summary) => {
        const { 'transfer.person-reported': reported, ...facts } = summary.facts;
        return name === '32' && reported !== undefined ? { ...summary, facts } : summary;
      });
  }),

  'a node that sleeps through its limits': nodes(({ name, handoff: { readModels } }) => {
    if (name === '31') readModels.cases.toLookAt = () => [];
  }),
};

const shifted = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

const eventIn = (value: Uint8Array): HubEvent => JSON.parse(Buffer.from(value).toString()) as HubEvent;

const isSupersession = (value: Uint8Array): boolean =>
  eventName(eventIn(value).type) === 'transfer.deadline-superseded';
