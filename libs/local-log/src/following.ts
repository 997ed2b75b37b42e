/** What subscriptions of every log have in common: wait for a change, read a batch, hand it over one by one. */

/** Tells listeners that there may be something new. A call too many is harmless, one too few is a lost wake-up. */
export interface Announcer {
  /** Calls `listener` after every change until the returned function is called. */
  listen(listener: () => void): () => void;
}

/** Announcements within one process. */
export class Changes implements Announcer {
  readonly #listeners = new Set<() => void>();

  announce(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** A running subscription. */
export interface Following {
  /** Rejects with the fault that ended it (a reader's or the handler's); resolves after `stop`. */
  readonly finished: Promise<void>;
  /** Ends it after the item in hand has been handled. Never rejects. Not to be awaited by the handler itself. */
  stop(): Promise<void>;
}

/** The running subscriptions of one adapter. */
export class Followings {
  readonly #running = new Set<Following>();

  /** See `follow`. */
  start<T>(source: Announcer, next: () => readonly T[], handler: (item: T) => Promise<void>): Following {
    const following = follow(source, next, handler, () => this.#running.delete(following));
    this.#running.add(following);
    return following;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running].map((following) => following.stop()));
  }
}

/** How many items a reader should return at most, so that the event loop gets its turn between batches. */
export const BATCH = 128;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Hands every item that `next` returns to `handler`, one at a time, and calls `next` again when all are handled.
 * When `next` has nothing, waits for an announcement. `next` keeps its own place; it is called only after the
 * handler has taken all it returned before.
 */
const follow = <T>(
  source: Announcer,
  next: () => readonly T[],
  handler: (item: T) => Promise<void>,
  ended: () => void,
): Following => {
  let stopped = false;
  let changed = false;
  let wake: (() => void) | undefined;
  const rouse = () => {
    changed = true;
    wake?.();
  };
  const change = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (changed) resolve();
    });

  const run = async () => {
    await nextTurn(); // The caller holds the subscription, and listens to `finished`, before anything can fail.
    const unlisten = source.listen(rouse);
    try {
      while (!stopped) {
        changed = false;
        const batch = next();
        for (const item of batch) {
          if (stopped) return;
          await handler(item);
        }
        await (batch.length > 0 ? nextTurn() : change());
      }
    } finally {
      unlisten();
      ended();
    }
  };

  const finished = run();
  return {
    finished,
    stop: async () => {
      stopped = true;
      rouse();
      await finished.catch(() => undefined); // The fault is reported by `finished`.
    },
  };
};
