import { type Broker, BrokerError, type BrokerSubscription } from '@delta-hub/broker';

/**
 * The line of one node to the others, that can be cut: while it is, the broker is as good as away. What is with the
 * node stays, what is under way ends, and everyone tries again by themselves once the line is back.
 */
export class BrokerLink implements Broker {
  private readonly cuts = new Set<() => void>();

  constructor(
    private readonly broker: Broker,
    private up: boolean,
  ) {}

  /** Cuts the line, or puts it back. */
  set(up: boolean): void {
    this.up = up;
    if (!up) for (const cut of [...this.cuts]) cut();
  }

  async publish(...[topic, records]: Parameters<Broker['publish']>): Promise<void> {
    this.assertUp();
    await this.broker.publish(topic, records);
  }

  async subscribe(...[topic, after, handler]: Parameters<Broker['subscribe']>): Promise<BrokerSubscription> {
    this.assertUp();
    const subscription = await this.broker.subscribe(topic, after, async (record) => {
      this.assertUp();
      await handler(record);
    });
    const { promise: isCut, reject } = Promise.withResolvers<never>();
    const cut = (): void => {
      reject(away());
      void subscription.stop();
    };
    this.cuts.add(cut);
    const finished = Promise.race([subscription.finished, isCut]).finally(() => this.cuts.delete(cut));
    finished.catch(() => undefined);
    return { finished, stop: () => subscription.stop() };
  }

  async lag(...[topic, after]: Parameters<Broker['lag']>): Promise<bigint> {
    this.assertUp();
    return this.broker.lag(topic, after);
  }

  close(): Promise<void> {
    return this.broker.close();
  }

  private assertUp(): void {
    if (!this.up) throw away();
  }
}

const away = (): BrokerError => new BrokerError('UNAVAILABLE', 'the line to the other nodes is cut');
