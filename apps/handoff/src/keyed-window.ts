import { setImmediate as nextTurn } from 'node:timers/promises';

interface Job<T> {
  readonly item: T;
  isDone: boolean;
}

/** So many items are begun before everything else has its turn: what they append is committed while the next are worked on. */
const BEGUN_TOGETHER = 16;

/**
 * Works on several items at a time, those of one key strictly in order, and tells of finished items in the order in which
 * all of them came: what has been told of can be forgotten, whatever is still under way before a crash comes again.
 */
export class KeyedWindow<T> {
  private readonly chains = new Map<string, Promise<void>>();
  private readonly jobs: Job<T>[] = [];
  private hasFailed = false;
  private fail: (fault: unknown) => void = () => undefined;
  private roomMade: () => void = () => undefined;
  private begun = 0;

  /** Rejects with the first fault; the window takes nothing more. */
  readonly failed = new Promise<never>((_, reject) => {
    this.fail = reject;
  });

  constructor(
    private readonly width: number,
    /** Told of each item once it and all before it are done. */
    private readonly finished: (item: T) => void,
  ) {
    this.failed.catch(() => undefined);
  }

  /** Takes an item as soon as there is room; its work may still be under way when this resolves. Throws the fault of an earlier one. */
  async take(key: string, item: T, work: (item: T) => Promise<void>): Promise<void> {
    while (this.jobs.length >= this.width && !this.hasFailed)
      await new Promise<void>((resolve) => {
        this.roomMade = resolve;
      });
    if (++this.begun % BEGUN_TOGETHER === 0) await nextTurn();
    if (this.hasFailed) return this.failed;
    const job: Job<T> = { item, isDone: false };
    this.jobs.push(job);
    const before = this.chains.get(key) ?? Promise.resolve();
    const run = before.then(() => this.run(job, work));
    this.chains.set(key, run);
    void run.then(() => {
      if (this.chains.get(key) === run) this.chains.delete(key);
    });
  }

  /** Resolves when nothing is under way any more, also after a fault. */
  async settled(): Promise<void> {
    while (this.chains.size > 0) await Promise.all(this.chains.values());
  }

  private async run(job: Job<T>, work: (item: T) => Promise<void>): Promise<void> {
    if (this.hasFailed) return;
    try {
      await work(job.item);
      job.isDone = true;
      while (this.jobs[0]?.isDone === true) this.finished((this.jobs.shift() as Job<T>).item);
    } catch (error) {
      this.hasFailed = true;
      this.fail(error);
    }
    this.roomMade();
  }
}
