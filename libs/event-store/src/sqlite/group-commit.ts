import type { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers';
import { asCommitFault, asFault, isBusy, isFull } from './sqlite-fault.js';

interface Job<T = unknown> {
  work(): T;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** What came of a job inside a transaction that is not committed yet. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Most jobs in one transaction: more would keep the event loop waiting for too long. */
const MOST_JOBS = 256;

/** How soon a write lock that another process holds is asked for again. */
const RETRY_MS = 1;

/**
 * Writes of one connection, many to a transaction: what is asked for while one transaction is being committed goes
 * into the next, without a timer. Every job has a savepoint, so that one that fails does not spoil the others.
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
      savepoint: db.prepare('SAVEPOINT job'),
      release: db.prepare('RELEASE job'),
      rollbackTo: db.prepare('ROLLBACK TO job'),
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
      const job: Job<T> = { work, resolve, reject };
      this.#queue.push(job as Job);
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
      this.#begin();
    } catch (error) {
      if (this.#mayWait(error)) return void setTimeout(() => this.#turn(), RETRY_MS);
      this.#reject(this.#queue.splice(0), asFault(error, this.#path));
    }
    this.#lockedOutSince = undefined;
    this.#finish(this.#queue.splice(0, MOST_JOBS));
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    else this.#idle();
  }

  /** Asks for the write lock without the wait of SQLite, which would block the event loop. */
  #begin(): void {
    this.#rollback(); // Normally nothing to do: only a rollback that failed before leaves a transaction open.
    this.#db.exec('PRAGMA busy_timeout = 0');
    try {
      this.#statements.begin.run();
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }

  #mayWait(error: unknown): boolean {
    this.#lockedOutSince ??= performance.now();
    return isBusy(error) && performance.now() - this.#lockedOutSince < this.#busyTimeoutMs;
  }

  /** Runs the jobs in the transaction that has begun, and commits it. */
  #finish(jobs: readonly Job[]): void {
    if (jobs.length === 0) return;
    let outcomes: readonly Outcome[];
    try {
      outcomes = jobs.map((job) => this.#attempt(job));
    } catch (error) {
      this.#rollback();
      return this.#giveUp(jobs, error, asFault(error, this.#path));
    }
    try {
      this.#statements.commit.run(); // The point of no return: a failure from here on may have stored everything.
    } catch (error) {
      this.#rollback();
      return this.#giveUp(jobs, error, asCommitFault(error, this.#path));
    }
    this.#committed();
    jobs.forEach((job, index) => settle(job, outcomes[index]!));
  }

  /** Runs one job in its savepoint. Throws only when the whole transaction is lost. */
  #attempt(job: Job): Outcome {
    this.#statements.savepoint.run();
    try {
      const value = job.work();
      this.#statements.release.run();
      return { value };
    } catch (error) {
      if (!this.#db.isTransaction) throw error; // SQLite itself rolled everything back, as it may on a full disk.
      this.#statements.rollbackTo.run();
      this.#statements.release.run();
      return { error: asFault(error, this.#path) };
    }
  }

  /** Nothing of the group is stored, or nobody knows. Where room was lacking, smaller jobs may still fit by themselves. */
  #giveUp(jobs: readonly Job[], error: unknown, fault: unknown): void {
    if (isFull(error) && jobs.length > 1) for (const job of jobs) this.#alone(job);
    else this.#reject(jobs, fault);
  }

  #alone(job: Job): void {
    try {
      this.#statements.begin.run();
    } catch (error) {
      return this.#reject([job], asFault(error, this.#path));
    }
    this.#finish([job]);
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

const settle = (job: Job, outcome: Outcome): void => {
  if ('error' in outcome) job.reject(outcome.error);
  else job.resolve(outcome.value);
};
