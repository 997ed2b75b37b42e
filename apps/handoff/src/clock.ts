import type { Instant } from '@delta-hub/handoff';

/** Where a node gets the time of an act it signs. Nothing else in the hub reads the wall clock. */
export interface Clock {
  now(): Instant;
}

/** A clock that also says when it is time to look at it again. */
export interface TickingClock extends Clock {
  /** Calls `listener` again and again; the returned function ends it. */
  onTick(listener: () => void): () => void;
}

const TICK_MS = 60_000;

/**
 * The wall clock, or, while driven (the play, tests), an instant that only moves forward.
 * It ticks once a minute and, while driven, with every move.
 */
export class NodeClock implements TickingClock {
  private driven: Instant | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(driven?: Instant) {
    this.driven = driven;
  }

  now(): Instant {
    return this.driven ?? new Date().toISOString();
  }

  /** Stands at `instant` from now on; never goes back. */
  drive(instant: Instant): void {
    if (this.driven !== undefined && instant <= this.driven) return;
    this.driven = instant;
    for (const listener of this.listeners) listener();
  }

  onTick(listener: () => void): () => void {
    const timer = setInterval(() => {
      if (this.driven === undefined) listener();
    }, TICK_MS).unref();
    this.listeners.add(listener);
    return () => {
      clearInterval(timer);
      this.listeners.delete(listener);
    };
  }

  /** Back to the wall clock. */
  release(): void {
    this.driven = undefined;
    for (const listener of this.listeners) listener();
  }
}
