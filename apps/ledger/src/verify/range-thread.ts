import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { LedgerFault, type LedgerFaultCode } from '../ledger-fault.js';
import type { Range, RangeCheck, RangeVerdict } from './range.js';
import type { RangeAnswer, RangeJob, RangeQuestion } from './range-messages.js';
import type { VerifyLevel } from './report.js';

const MOST_THREADS = 8;

/** Entries that this thread has verified by the time another is up and warm: for fewer, one more is no gain. */
const WORTH_A_THREAD: Readonly<Record<VerifyLevel, number>> = { signatures: 4_096, structure: 65_536 };

/** How many threads help this one. */
export const threadsFor = (entries: number, level: VerifyLevel): number =>
  Math.min(MOST_THREADS, availableParallelism() - 1, Math.floor(entries / WORTH_A_THREAD[level]));

/** Threads for one job, each twice: it has its next range before this thread has looked at its last verdict. */
export const startThreads = (count: number, job: RangeJob): readonly RangeCheck[] => {
  const threads = Array.from({ length: count }, () => new RangeThread(job));
  return [...threads, ...threads];
};

/** A thread that opens the log for itself and verifies whole ranges of it, in the order in which they are asked for. */
class RangeThread implements RangeCheck {
  readonly #worker: Worker;
  readonly #waiting: { resolve(verdict: RangeVerdict): void; reject(error: unknown): void }[] = [];
  readonly #ended: Promise<void>;
  #fault: LedgerFault | undefined;

  constructor(job: RangeJob) {
    // A thread is plain Node and needs the built file, also where a test runs the sources.
    const file = new URL('./range-worker.js', import.meta.url.replace('/ledger/src/', '/ledger/dist/'));
    this.#worker = new Worker(file, { workerData: job });
    this.#worker.on('message', (answer: RangeAnswer) => this.#answered(answer));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#fail(undefined);
        resolve();
      });
    });
  }

  check(range: Range, progress?: (verified: number) => void): Promise<RangeVerdict> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#waiting.push({
        resolve: (verdict) => {
          progress?.(verdict.reached - range.from);
          resolve(verdict);
        },
        reject,
      });
      this.#worker.postMessage(range satisfies RangeQuestion);
    });
  }

  async close(): Promise<void> {
    this.#worker.postMessage('close' satisfies RangeQuestion);
    await this.#ended;
  }

  #answered(answer: RangeAnswer): void {
    const waiting = this.#waiting.shift();
    if ('verdict' in answer) waiting?.resolve(answer.verdict);
    else waiting?.reject(faultOf(answer.error));
  }

  #fail(cause: unknown): void {
    this.#fault ??= new LedgerFault('STORAGE_FAILED', 'a thread that verifies has ended', undefined, { cause });
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#fault);
  }
}

/** Errors lose their class on the way from a thread; their name and code stay. */
const faultOf = ({ name, code, message }: Extract<RangeAnswer, { error: unknown }>['error']): Error =>
  name === 'LedgerFault'
    ? new LedgerFault((code ?? 'STORAGE_FAILED') as LedgerFaultCode, message)
    : Object.assign(new Error(message), { name, code });
