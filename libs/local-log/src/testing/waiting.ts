/** Waiting in contract cases: for events, never for time. The clock only ends a case that would hang. */

/** Settles as `promise` does, or rejects after `patienceMs` saying what was waited for. */
export const within = async <T>(promise: Promise<T>, what: string, patienceMs: number): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited ${patienceMs} ms for ${what}`)), patienceMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** What a subscription's handler was given, in the order it was given. */
export class Inbox<T> {
  readonly items: T[] = [];
  readonly #waiting = new Set<{ readonly count: number; readonly resolve: () => void }>();

  /** To be used as the handler. */
  readonly take = (item: T): Promise<void> => {
    this.items.push(item);
    for (const waiting of this.#waiting)
      if (this.items.length >= waiting.count) {
        this.#waiting.delete(waiting);
        waiting.resolve();
      }
    return Promise.resolve();
  };

  /** Resolves with all items so far when there are at least `count`. */
  async holding(count: number): Promise<readonly T[]> {
    if (this.items.length < count) await new Promise<void>((resolve) => this.#waiting.add({ count, resolve }));
    return [...this.items];
  }
}

/** A handler that keeps each item in hand until it is let go. */
export class Hands<T> {
  readonly taken = new Inbox<T>();
  #gate = Promise.withResolvers<void>();

  /** To be used as the handler. */
  readonly take = async (item: T): Promise<void> => {
    await this.taken.take(item);
    await this.#gate.promise;
  };

  /** Lets the item in hand go; the next one is held again. */
  letGo(): void {
    const gate = this.#gate;
    this.#gate = Promise.withResolvers<void>();
    gate.resolve();
  }

  /** Lets all go, from now on. */
  letAllGo(): void {
    this.#gate.resolve();
  }
}
