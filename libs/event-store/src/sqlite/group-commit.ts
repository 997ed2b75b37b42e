import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers';
import { asCommitFault, asFault, isFull } from './sqlite-fault.js';

interface Job {
  work(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What came of a job inside a transaction that is not committed yet. */
type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Most jobs in one transaction: more would keep the event loop waiting for too long. */
const MOST_JOBS = 256;

/**
 * Writes of one connection, many to a transaction: what is asked for while one transaction is being committed goes
 * into the next, without a timer. Every job has a savepoint, so that one that fails does not spoil the others.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #committed: () => void;
  readonly #statements;
  #queue: Job[] = [];
  #scheduled = false;

  /** `committed` is called after every commit, before the promises of its jobs are acted on. */
  constructor(db: DatabaseSync, path: string, committed: () => void) {
    this.#db = db;
    this.#path = path;
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
      this.#queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Commits all that is queued, now. */
  flush(): void {
    while (this.#queue.length > 0) this.#commit(this.#queue.splice(0, MOST_JOBS));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#commit(this.#queue.splice(0, MOST_JOBS));
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #commit(jobs: readonly Job[]): void {
    if (jobs.length === 0) return;
    let outcomes: readonly Outcome[];
    try {
      this.#rollback(); // Normally nothing to do: only a rollback that failed before leaves a transaction open.
      this.#statements.begin.run();
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
    if (isFull(error) && jobs.length > 1) for (const job of jobs) this.#commit([job]);
    else for (const job of jobs) job.reject(fault);
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
