import type { Instant } from '@delta-hub/handoff';

/** Where a node gets the time of an act it signs. Nothing else in the hub reads the wall clock. */
export interface Clock {
  now(): Instant;
}

/** The wall clock, or, while driven (the play, tests), an instant that only moves forward. */
export class NodeClock implements Clock {
  private driven: Instant | undefined;

  constructor(driven?: Instant) {
    this.driven = driven;
  }

  now(): Instant {
    return this.driven ?? new Date().toISOString();
  }

  /** Stands at `instant` from now on; never goes back. */
  drive(instant: Instant): void {
    if (this.driven === undefined || instant > this.driven) this.driven = instant;
  }

  /** Back to the wall clock. */
  release(): void {
    this.driven = undefined;
  }
}
