import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventStoreError, type RecordedEvent } from '@delta-hub/event-store';
import { Backoff } from './backoff.js';
import { faultText } from './fault-text.js';
import type { StoreFeed } from './store-feed.js';

/** What an operator sees of one subscriber: how far it is, and the fault that stopped it, if one did. */
export interface SubscriberState {
  readonly name: string;
  readonly position: string | undefined;
  readonly behind: number;
  readonly fault: string | undefined;
}

interface Options {
  readonly name: string;
  readonly feed: StoreFeed;
  /** The position to resume after. */
  readonly load: () => bigint | undefined;
  /** Does the work of some events, in their order, and saves the position of the last; MUST be idempotent. */
  readonly handle: (events: readonly RecordedEvent[]) => Promise<void>;
  /** Does what `handle` has left for a moment in which nothing comes. */
  readonly settle?: () => void;
}

/** How long nothing has to come before a subscriber settles. */
const QUIET_MS = 50;

/** How many events are handled together at most. */
const BATCH = 256;

/**
 * A resumable subscriber of the node's event store: handles all that is new together. When the handler fails, its events
 * come again from the saved position, one by one, after a pause that grows to 5 s; the fault is visible meanwhile.
 */
export class StoreSubscriber {
  private stopped = false;
  private fault: string | undefined;
  private done: bigint | undefined;
  private isSettled = true;
  private readonly waiters = new Set<{ readonly position: bigint; readonly resolve: () => void }>();
  private readonly backoff = new Backoff();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {}

  start(): void {
    this.done = this.options.load();
    this.running = this.run();
  }

  /** Whether the event at `position` has been handled. */
  hasDone(position: bigint): boolean {
    return this.done !== undefined && this.done >= position;
  }

  /** Resolves when the event at `position` has been handled. @throws EventStoreError `UNAVAILABLE` after 10 s */
  async waitFor(position: bigint): Promise<void> {
    if (this.hasDone(position)) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = { position, resolve: () => (clearTimeout(late), resolve()) };
      const late = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(
          new EventStoreError(
            'UNAVAILABLE',
            `${this.options.name} is behind: ${this.fault ?? this.options.feed.fault ?? 'busy'}`,
          ),
        );
      }, 10_000);
      this.waiters.add(waiter);
    });
  }

  async state(): Promise<SubscriberState> {
    const { name, feed } = this.options;
    const head = await feed.store.head();
    const behind = head === undefined ? 0n : head - (this.done ?? -1n);
    const fault = this.fault ?? feed.fault;
    return { name, position: this.done?.toString(), behind: Number(behind), fault };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.backoff.end();
    this.options.feed.rouse();
    await this.running;
  }

  private async run(): Promise<void> {
    const { load, handle } = this.options;
    let limit = BATCH;
    let hasFailed = false;
    while (!this.stopped) {
      try {
        if (hasFailed) this.done = load();
        hasFailed = false;
        const events = await this.next(limit);
        const last = events.at(-1);
        if (last === undefined) return;
        await handle(events);
        limit = BATCH;
        this.succeeded(last.position);
        await nextTurn(); // Others have theirs between two batches.
      } catch (error) {
        limit = 1;
        hasFailed = true;
        this.fault = faultText(error);
        await this.backoff.pause();
      }
    }
  }

  private async next(limit: number): Promise<readonly RecordedEvent[]> {
    const { feed, settle } = this.options;
    const next = feed.next(this.done, limit, () => this.stopped);
    if (settle === undefined || this.isSettled) return next;
    const quiet = Promise.withResolvers<void>();
    const timer = setTimeout(quiet.resolve, QUIET_MS);
    const isQuiet = (await Promise.race([next, quiet.promise]).finally(() => clearTimeout(timer))) === undefined;
    if (isQuiet) {
      next.catch(() => undefined); // Told below, unless settling fails before.
      settle();
      this.isSettled = true;
    }
    return next;
  }

  /** What was done is undone, back to the saved position: it is not there for anybody who waits from now on. */
  protected goBack(): void {
    this.done = this.options.load();
  }

  private succeeded(position: bigint): void {
    this.isSettled = false;
    this.backoff.succeeded();
    this.fault = undefined;
    this.done = position;
    for (const waiter of this.waiters)
      if (waiter.position <= position) {
        this.waiters.delete(waiter);
        waiter.resolve();
      }
  }
}
