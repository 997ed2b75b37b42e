import { type Broker, BrokerError, type BrokerSubscription, type IncomingRecord } from '@delta-hub/broker';
import { type EventStore, EventStoreError, type Subscription } from '@delta-hub/event-store';
import type { Chance } from './chance.js';

/** How often each fault strikes an operation, from 0 to 1. */
export interface Faults {
  readonly unknownOutcome: number;
  readonly away: number;
  readonly redelivered: number;
  readonly crash: number;
}

export const NO_FAULTS: Faults = { unknownOutcome: 0, away: 0, redelivered: 0, crash: 0 };

/**
 * One life of a node: from its start to its crash. What a dead life still has under way comes to nothing: no operation
 * of it is begun, none is answered.
 */
export class Life {
  isOver = false;

  constructor(
    private readonly chance: Chance,
    /** The faults of the moment; they end when the world heals. */
    readonly faults: () => Faults,
    private readonly died: () => void,
  ) {}

  strikes(fault: keyof Faults): boolean {
    return this.chance.is(this.faults()[fault]);
  }

  /** Runs one operation; the node may die just before it or just after it. */
  async operation<T>(work: () => Promise<T>, gone: () => Error): Promise<T> {
    this.mayDie();
    if (this.isOver) throw gone();
    const result = await work();
    this.mayDie();
    if (this.isOver) throw gone();
    return result;
  }

  end(): void {
    this.isOver = true;
  }

  private mayDie(): void {
    if (this.isOver || !this.strikes('crash')) return;
    this.isOver = true;
    this.died();
  }
}

const storeAway = (): EventStoreError => new EventStoreError('UNAVAILABLE', 'the event store is away');
const brokerAway = (): BrokerError => new BrokerError('UNAVAILABLE', 'the broker is away');

/** The node's event store as a bad day shows it: away, or answering that nobody knows what became of a write. */
export class FaultyEventStore implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly life: Life,
  ) {}

  append(...args: Parameters<EventStore['append']>): ReturnType<EventStore['append']> {
    return this.try(async () => {
      const isUnknown = this.life.strikes('unknownOutcome');
      const isLost = isUnknown && this.life.strikes('unknownOutcome');
      if (isLost) throw new EventStoreError('OUTCOME_UNKNOWN', 'no answer');
      const result = await this.store.append(...args);
      if (isUnknown) throw new EventStoreError('OUTCOME_UNKNOWN', 'no answer');
      return result;
    });
  }

  read(...args: Parameters<EventStore['read']>): ReturnType<EventStore['read']> {
    return this.try(() => this.store.read(...args));
  }

  readAll(...args: Parameters<EventStore['readAll']>): ReturnType<EventStore['readAll']> {
    return this.try(() => this.store.readAll(...args));
  }

  head(): ReturnType<EventStore['head']> {
    return this.try(() => this.store.head());
  }

  async subscribe(...[after, handler]: Parameters<EventStore['subscribe']>): Promise<Subscription> {
    return this.try(async () => {
      const subscription = await this.store.subscribe(after, async (event) => {
        if (this.life.isOver || this.life.strikes('away')) throw storeAway();
        await handler(event);
      });
      subscription.finished.catch(() => undefined); // a life that ends here never hears of it
      return subscription;
    });
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private try<T>(work: () => Promise<T>): Promise<T> {
    return this.life.operation(async () => {
      if (this.life.strikes('away')) throw storeAway();
      return work();
    }, storeAway);
  }
}

/** The broker as one node reaches it: cut off, away, of unknown outcome, delivering again what it has delivered. */
export class FaultyBroker implements Broker {
  constructor(
    private readonly broker: Broker,
    private readonly life: Life,
    private readonly isCut: () => boolean,
  ) {}

  publish(...[topic, records]: Parameters<Broker['publish']>): Promise<void> {
    return this.try(async () => {
      const isUnknown = this.life.strikes('unknownOutcome');
      if (!isUnknown || !this.life.strikes('unknownOutcome')) await this.broker.publish(topic, records);
      if (isUnknown) throw new BrokerError('OUTCOME_UNKNOWN', 'no answer');
    });
  }

  subscribe(...[topic, after, handler]: Parameters<Broker['subscribe']>): Promise<BrokerSubscription> {
    const take = async (record: IncomingRecord): Promise<void> => {
      if (this.life.isOver || this.isCut() || this.life.strikes('away')) throw brokerAway();
      await handler(record);
      if (this.life.strikes('redelivered')) await handler(record);
    };
    return this.try(async () => {
      const subscription = await this.broker.subscribe(topic, after, take);
      subscription.finished.catch(() => undefined); // a life that ends here never hears of it
      return subscription;
    });
  }

  lag(...args: Parameters<Broker['lag']>): Promise<bigint> {
    return this.try(() => this.broker.lag(...args));
  }

  close(): Promise<void> {
    return this.broker.close();
  }

  private try<T>(work: () => Promise<T>): Promise<T> {
    return this.life.operation(async () => {
      if (this.isCut() || this.life.strikes('away')) throw brokerAway();
      return work();
    }, brokerAway);
  }
}
