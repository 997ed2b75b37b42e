import { type Broker, BrokerError, type BrokerSubscription, type IncomingRecord } from '@delta-hub/broker';
import { type EventStore, EventStoreError, type Subscription } from '@delta-hub/event-store';
import type { Life } from './life.js';

// Thrown as often as a subscriber of a node without a line tries again: made once.
const storeAway = new EventStoreError('UNAVAILABLE', 'the event store is away');
const brokerAway = new BrokerError('UNAVAILABLE', 'the broker is away');

/** The node's event store as a bad day shows it: slow, away, or answering that nobody knows what became of a write. */
export class FaultyEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly life: Life,
  ) {}

  append(...args: Parameters<EventStore['append']>): ReturnType<EventStore['append']> {
    const write = () => this.store.append(...args);
    const noAnswer = () => new EventStoreError('OUTCOME_UNKNOWN', 'no answer');
    return this.try('append', () => this.life.write('store.append', write, noAnswer));
  }

  read(...args: Parameters<EventStore['read']>): ReturnType<EventStore['read']> {
    return this.try('read', () => this.store.read(...args));
  }

  readAll(...args: Parameters<EventStore['readAll']>): ReturnType<EventStore['readAll']> {
    return this.try('readAll', () => this.store.readAll(...args));
  }

  head(): ReturnType<EventStore['head']> {
    return this.try('head', () => this.store.head());
  }

  async subscribe(...[after, handler]: Parameters<EventStore['subscribe']>): Promise<Subscription> {
    return this.try('subscribe', async () => {
      const subscription = await this.store.subscribe(after, (event) => this.try('deliver', () => handler(event)));
      subscription.finished.catch(() => undefined); // a life that ends here never hears of it
      return subscription;
    });
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private try<T>(operation: string, work: () => Promise<T>): Promise<T> {
    return this.life.operation(`store.${operation}`, storeAway, () => {
      if (this.life.strikes('away', `store.${operation}`)) throw storeAway;
      return work();
    });
  }
}

/** The broker as one node reaches it: cut off, slow, away, of unknown outcome, losing facts, delivering again what it has delivered. */
export class FaultyBroker implements Broker {
  constructor(
    private readonly broker: Broker,
    private readonly life: Life,
    private readonly isCut: () => boolean,
  ) {}

  publish(...[topic, records]: Parameters<Broker['publish']>): Promise<void> {
    const write = async () => {
      if (topic.endsWith('.events.v1') && this.life.strikes('lost', 'broker.publish')) return;
      await this.broker.publish(topic, records);
    };
    const noAnswer = () => new BrokerError('OUTCOME_UNKNOWN', 'no answer');
    return this.try('publish', () => this.life.write('broker.publish', write, noAnswer));
  }

  subscribe(...[topic, after, handler]: Parameters<Broker['subscribe']>): Promise<BrokerSubscription> {
    const take = (record: IncomingRecord): Promise<void> =>
      this.try('deliver', async () => {
        await handler(record);
        if (this.life.strikes('redelivered', 'broker.deliver')) await handler(record);
      });
    return this.try('subscribe', async () => {
      const subscription = await this.broker.subscribe(topic, after, take);
      subscription.finished.catch(() => undefined); // a life that ends here never hears of it
      return subscription;
    });
  }

  lag(...args: Parameters<Broker['lag']>): Promise<bigint> {
    return this.try('lag', () => this.broker.lag(...args));
  }

  close(): Promise<void> {
    return this.broker.close();
  }

  private try<T>(operation: string, work: () => Promise<T>): Promise<T> {
    return this.life.operation(`broker.${operation}`, brokerAway, () => {
      if (this.isCut() || this.life.strikes('away', `broker.${operation}`)) throw brokerAway;
      return work();
    });
  }
}
