import { type EventStore, EventStoreError, type RecordedEvent, type Subscription } from '@delta-hub/event-store';
import { Backoff } from './backoff.js';

/** What an operator sees of one subscriber: how far it is, and the fault that stopped it, if one did. */
export interface SubscriberState {
  readonly name: string;
  readonly position: string | undefined;
  readonly behind: number;
  readonly fault: string | undefined;
}

interface Options {
  readonly name: string;
  readonly store: EventStore;
  /** The position to resume after. */
  readonly load: () => bigint | undefined;
  /** Does the work of one event and saves the position; MUST be idempotent. */
  readonly handle: (event: RecordedEvent) => Promise<void>;
}

/**
 * A resumable subscriber of the node's event store. When the handler fails it is retried from the saved position
 * after a pause that grows to 5 s; the fault is visible meanwhile.
 */
export class StoreSubscriber {
  private subscription: Subscription | undefined;
  private stopped = false;
  private fault: string | undefined;
  private done: bigint | undefined;
  private readonly waiters = new Set<{ readonly position: bigint; readonly resolve: () => void }>();
  private readonly backoff = new Backoff();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {}

  start(): void {
    this.done = this.options.load();
    this.running = this.run();
  }

  /** Resolves when the event at `position` has been handled. @throws EventStoreError `UNAVAILABLE` after 10 s */
  async waitFor(position: bigint): Promise<void> {
    if (this.done !== undefined && this.done >= position) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { position, resolve: () => (clearTimeout(late), resolve()) };
      const late = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new EventStoreError('UNAVAILABLE', `${this.options.name} is behind: ${this.fault ?? 'busy'}`));
      }, 10_000);
      this.waiters.add(waiter);
    });
  }

  async state(): Promise<SubscriberState> {
    const head = await this.options.store.head();
    const behind = head === undefined ? 0n : head - (this.done ?? -1n);
    return { name: this.options.name, position: this.done?.toString(), behind: Number(behind), fault: this.fault };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.backoff.end();
    await this.subscription?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        this.subscription = await this.options.store.subscribe(this.options.load(), (event) => this.take(event));
        if (this.stopped) await this.subscription.stop();
        await this.subscription.finished;
      } catch (error) {
        this.fault = error instanceof Error ? error.message : String(error);
        await this.backoff.pause();
      }
    }
  }

  private async take(event: RecordedEvent): Promise<void> {
    await this.options.handle(event);
    this.backoff.succeeded();
    this.fault = undefined;
    this.done = event.position;
    for (const waiter of this.waiters)
      if (waiter.position <= event.position) {
        this.waiters.delete(waiter);
        waiter.resolve();
      }
  }
}
