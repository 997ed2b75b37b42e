/** The passing of time for what is done again and again; a test gives its own. */
export interface Pace {
  /** Milliseconds that only go forward. */
  now(): number;
  /** Does `work` every so many milliseconds, never twice at the same time. `stop` waits for what is under way. */
  every(milliseconds: number, work: () => Promise<void>): { stop(): Promise<void> };
}

/** The machine's own time. Its timers keep no process alive. */
export const realPace: Pace = {
  now: () => performance.now(),
  every: (milliseconds, work) => {
    let running: Promise<void> | undefined;
    const timer = setInterval(() => {
      running ??= work().finally(() => (running = undefined));
    }, milliseconds).unref();
    return {
      stop: async () => {
        clearInterval(timer);
        await running;
      },
    };
  },
};
