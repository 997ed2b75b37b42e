import { type EventStore, EventStoreError, type RecordedEvent, type Subscription } from '@delta-hub/event-store';
import { Backoff } from './backoff.js';
import { faultText } from './fault-text.js';

/** Events kept at hand, and up to twice as many: whoever is further behind reads the store for himself. */
const WINDOW = 256;

/** Before the first event of every store. */
const START = -1n;

const placeOf = (position: bigint | undefined): bigint => position ?? START;
const positionAt = (place: bigint): bigint | undefined => (place === START ? undefined : place);

/**
 * The newest events of the node's store, read once for all its subscribers: each asks for what comes after its own
 * position, and gets all that is there at once.
 */
export class StoreFeed {
  private window: RecordedEvent[] = [];
  /** The window has every event behind this place, up to `last`. Undefined before the store has answered. */
  private from: bigint | undefined;
  private last = START;
  private stoppedBy: string | undefined;
  private readonly waiting = new Set<() => void>();
  /** How often everybody has been woken. */
  private rounds = 0;
  private isRousing = false;
  private subscription: Subscription | undefined;
  private stopped = false;
  private readonly backoff = new Backoff();
  private running: Promise<void> = Promise.resolve();

  constructor(readonly store: EventStore) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.backoff.end();
    this.rouse();
    await this.subscription?.stop();
    await this.running;
  }

  /** Why the store cannot be followed now. */
  get fault(): string | undefined {
    return this.stoppedBy;
  }

  /**
   * Up to `limit` events after a position, in their order; waits until there is one. Empty once `isOver` says so, which is
   * asked after every `rouse`. @throws EventStoreError `POSITION_BEYOND_END`, and what keeps older events from being read
   */
  async next(after: bigint | undefined, limit: number, isOver: () => boolean): Promise<readonly RecordedEvent[]> {
    const place = placeOf(after);
    while (!isOver() && !this.stopped) {
      const { rounds } = this;
      const batch = await this.there(place, limit);
      if (batch.length > 0) return batch;
      // Whoever was looking while others were woken looks once more.
      if (rounds === this.rounds) await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    return [];
  }

  /** Wakes everybody who waits. */
  rouse(): void {
    this.rounds += 1;
    const woken = [...this.waiting];
    this.waiting.clear();
    for (const wake of woken) wake();
  }

  private async there(place: bigint, limit: number): Promise<readonly RecordedEvent[]> {
    if (this.from === undefined) return [];
    if (place >= this.from) {
      if (place > this.last) await this.assertReached(place);
      const begin = this.window.findLastIndex(({ position }) => position <= place) + 1;
      return this.window.slice(begin, begin + limit);
    }
    const batch = await this.store.readAll(positionAt(place), limit);
    if (batch.length === 0) throw new EventStoreError('SUBSTRATE_TAMPERED', `event ${this.from} is not there any more`);
    return batch;
  }

  /** Whoever has read the store himself may be ahead of the feed, but not of the store. */
  private async assertReached(place: bigint): Promise<void> {
    const head = placeOf(await this.store.head());
    if (place > head)
      throw new EventStoreError('POSITION_BEYOND_END', `position ${place}, the store ends at ${positionAt(head)}`);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        this.from ??= this.last = placeOf(await this.store.head());
        this.subscription = await this.store.subscribe(positionAt(this.last), (event) => this.take(event));
        this.stoppedBy = undefined;
        this.rouse();
        if (this.stopped) await this.subscription.stop();
        await this.subscription.finished;
      } catch (error) {
        this.stoppedBy = faultText(error);
        await this.backoff.pause();
      }
    }
  }

  private take(event: RecordedEvent): Promise<void> {
    this.backoff.succeeded();
    this.window.push(event);
    this.last = event.position;
    // Half at a time, so that an event is moved once and not with every other.
    if (this.window.length >= 2 * WINDOW) {
      this.from = this.window[WINDOW - 1]!.position;
      this.window = this.window.slice(WINDOW);
    }
    this.rouseSoon();
    return Promise.resolve();
  }

  /** Once for all events that came together. */
  private rouseSoon(): void {
    if (this.isRousing) return;
    this.isRousing = true;
    setImmediate(() => {
      this.isRousing = false;
      this.rouse();
    });
  }
}
