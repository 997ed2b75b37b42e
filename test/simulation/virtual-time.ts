type Timer = { readonly at: number; readonly fire: () => void };

/** Turns of the event loop after which time goes on: what could go on by itself has done so by then. */
const TURNS = 8;
const STEP_MS = 50;

/**
 * The timers of a simulated world: a pause of a subscriber that waits to try again takes no time here, it ends when enough
 * turns of the event loop have passed. While it is in force nothing waits for the real clock, so the same seed is the same history.
 */
export class VirtualTime {
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  private readonly timers = new Map<number, Timer>();
  private last = 0;
  private now = 0;
  private passed = 0;

  /** Takes the place of the global timers until `end`. */
  constructor() {
    const set = (fire: () => void, delay = 0): number => {
      this.timers.set((this.last += 1), { at: this.now + delay, fire });
      return this.last;
    };
    globalThis.setTimeout = set as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: number) => void this.timers.delete(timer)) as typeof clearTimeout;
  }

  end(): void {
    Object.assign(globalThis, this.real);
  }

  /** Lets everything that can go on go on for so many turns. */
  async pass(turns: number): Promise<void> {
    let passed = 0;
    if (turns > 0) await this.turns(() => (passed += 1) === turns);
  }

  /** Passes turns until the promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.turns(() => isSettled);
    return promise;
  }

  /** Passes turns until one is the last. */
  private turns(isLast: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const turn = (): void => {
        this.turn();
        if (isLast()) resolve();
        else setImmediate(turn);
      };
      setImmediate(turn);
    });
  }

  private turn(): void {
    this.passed += 1;
    if (this.passed % TURNS !== 0) return;
    this.now += STEP_MS;
    for (const [name, { at, fire }] of this.timers)
      if (at <= this.now) {
        this.timers.delete(name);
        fire();
      }
  }
}
