import type { Chance } from './chance.js';

/** How often each fault strikes an operation, from 0 to 1. */
export interface Faults {
  /** A write of which nobody knows what became of it; in half of the cases nothing was written. */
  readonly unknownOutcome: number;
  readonly away: number;
  /** The broker says that it has facts, and loses them. */
  readonly lost: number;
  readonly redelivered: number;
  /** An operation takes its time, so that others overtake it. */
  readonly slow: number;
  /** A life may end in a crash, at an operation that was drawn when it began. */
  readonly crash: 0 | 1;
}

export const NO_FAULTS: Faults = { unknownOutcome: 0, away: 0, lost: 0, redelivered: 0, slow: 0, crash: 0 };

/** The operations of store and broker at which a node can die, each with how many of them a life that dies there sees at most. */
const STEPS: Readonly<Record<string, number>> = {
  ...{ 'store.append': 50, 'store.read': 100, 'store.readAll': 4, 'store.head': 150 },
  ...{ 'store.subscribe': 2, 'store.deliver': 80 },
  ...{ 'broker.publish': 30, 'broker.subscribe': 6, 'broker.deliver': 80, 'broker.lag': 12 },
};

/** The places of a crash: just before an operation, or just after it. */
export const CRASH_SITES = Object.keys(STEPS).flatMap((step) => [`${step} before`, `${step} after`]);

/** Counts what has struck: a fault that never strikes shows nothing. */
export class Strikes {
  readonly counts = new Map<string, number>();

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

const SLOWEST_TURNS = 12;

/**
 * One life of a node: from its start to its crash. What a dead life still has under way comes to nothing: no operation
 * of it is begun, none is answered.
 */
export class Life {
  isOver = false;
  private readonly death: { readonly site: string; left: number };

  constructor(
    private readonly chance: Chance,
    /** The faults of the moment; they end when the world heals. */
    private readonly faults: () => Faults,
    private readonly struck: Strikes,
    site: string,
  ) {
    const left = chance.below(STEPS[site.split(' ')[0]!]!);
    this.death = { site, left };
  }

  strikes(fault: keyof Faults, where: string): boolean {
    if (!this.chance.is(this.faults()[fault])) return false;
    this.struck.count(`${fault} ${where}`);
    return true;
  }

  /** Runs one operation; the node may die just before it or just after it. */
  async operation<T>(step: string, gone: Error, work: () => Promise<T>): Promise<T> {
    this.pass(`${step} before`, gone);
    if (this.strikes('slow', step)) await this.wait(gone);
    const result = await work();
    this.pass(`${step} after`, gone);
    return result;
  }

  /** A write whose answer may be lost, and the write with it. */
  async write<T>(step: string, work: () => Promise<T>, noAnswer: () => Error): Promise<T> {
    if (!this.strikes('unknownOutcome', step)) return work();
    if (this.chance.is(0.5)) await work();
    throw noAnswer();
  }

  end(): void {
    this.isOver = true;
  }

  private async wait(gone: Error): Promise<void> {
    for (let turns = this.chance.below(SLOWEST_TURNS); turns >= 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.isOver) throw gone;
  }

  private pass(site: string, gone: Error): void {
    if (!this.isOver && this.faults().crash > 0 && this.death.site === site && (this.death.left -= 1) < 0) {
      this.struck.count(`crash ${site}`);
      this.isOver = true;
    }
    if (this.isOver) throw gone;
  }
}
