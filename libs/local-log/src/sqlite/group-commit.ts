import type { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers';
import { asCommitFault, asFault, isBusy, isFull } from './sqlite-fault.js';

interface Job<T = unknown> {
  work(): T;
  resolve(value: T): void;
  reject(error: unknown): void;
  /** To be given a transaction of its own: it has failed among others. */
  alone: boolean;
}

/** Most jobs in one transaction: more would keep the event loop waiting for too long. */
const MOST_JOBS = 256;

/** How soon a write lock that another process holds is asked for again. */
const RETRY_MS = 1;

/**
 * Writes of one connection, many to a transaction: what is asked for while one transaction is being committed goes
 * into the next, without a timer. A job that fails does not spoil the others: they are run again without it, and it by itself.
 * While another process holds the write lock the event loop goes on, and jobs gather.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #busyTimeoutMs: number;
  readonly #committed: () => void;
  readonly #statements;
  #queue: Job[] = [];
  #scheduled = false;
  #lockedOutSince: number | undefined;
  #idle = () => {};

  /** `committed` is called after every commit, before the promises of its jobs are acted on. */
  constructor(db: DatabaseSync, path: string, busyTimeoutMs: number, committed: () => void) {
    this.#db = db;
    this.#path = path;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#committed = committed;
    this.#statements = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
    };
  }

  /**
   * Runs `work` inside a transaction that holds the write lock; resolves with its value once that is durable.
   * When `work` throws, nothing of it is stored and the promise rejects with what it threw. `work` may run again
   * after a transaction that was rolled back.
   * @throws SqliteFault `FULL`, `UNAVAILABLE`, `DAMAGED` (nothing stored), `OUTCOME_UNKNOWN` (the commit failed)
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job: Job<T> = { work, resolve, reject, alone: false };
      this.#queue.push(job);
      this.#schedule();
    });
  }

  /** Resolves when nothing is queued any more. */
  async idle(): Promise<void> {
    if (this.#scheduled) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    try {
      this.#rollback(); // Normally nothing to do: only a rollback that failed before leaves a transaction open.
      this.#statements.begin.run();
    } catch (error) {
      if (this.#mayWait(error)) return void setTimeout(() => this.#turn(), RETRY_MS);
      this.#reject(this.#queue.splice(0), asFault(error, this.#path));
    }
    this.#lockedOutSince = undefined;
    const jobs = this.#take();
    if (jobs.length > 0) this.#finish(jobs);
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    else this.#idle();
  }

  #mayWait(error: unknown): boolean {
    this.#lockedOutSince ??= performance.now();
    return isBusy(error) && performance.now() - this.#lockedOutSince < this.#busyTimeoutMs;
  }

  /** The jobs of the next transaction. */
  #take(): readonly Job[] {
    const alone = this.#queue.findIndex((job) => job.alone);
    if (alone === 0) return this.#queue.splice(0, 1);
    return this.#queue.splice(0, Math.min(MOST_JOBS, alone < 0 ? this.#queue.length : alone));
  }

  /** Runs the jobs in the transaction that has begun, and commits it. */
  #finish(jobs: readonly Job[]): void {
    const values: unknown[] = [];
    try {
      for (const job of jobs) values.push(job.work());
    } catch (error) {
      this.#rollback();
      return this.#retry(jobs, [values.length], asFault(error, this.#path));
    }
    try {
      this.#statements.commit.run(); // The point of no return: a failure from here on may have stored everything.
    } catch (error) {
      this.#rollback();
      if (isFull(error)) return this.#retry(jobs, [...jobs.keys()], asCommitFault(error, this.#path));
      return this.#reject(jobs, asCommitFault(error, this.#path));
    }
    this.#committed();
    jobs.forEach((job, index) => job.resolve(values[index]));
  }

  /** Nothing of the group is stored. Those that failed come last, each alone: what they met may not be stored either. */
  #retry(jobs: readonly Job[], failed: readonly number[], fault: unknown): void {
    if (jobs.length === 1) return this.#reject(jobs, fault);
    const culprits = failed.map((index) => jobs[index]!);
    for (const job of culprits) job.alone = true;
    this.#queue.unshift(...jobs.filter((job) => !job.alone), ...culprits);
  }

  #reject(jobs: readonly Job[], fault: unknown): void {
    for (const job of jobs) job.reject(fault);
  }

  #rollback(): void {
    if (!this.#db.isTransaction) return;
    try {
      this.#statements.rollback.run();
    } catch {
      // What is not committed is never read by anybody; the next group tries again.
    }
  }
}
