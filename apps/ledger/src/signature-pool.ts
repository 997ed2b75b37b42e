import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { KeyHistory } from '@delta-hub/crypto';
import { LedgerFault } from './ledger-fault.js';
import { checkedLeafHashes, type Unchecked } from './signature-check.js';
import { type Answer, pack, type Packed, type Told } from './signature-messages.js';

/** A group of at most so many events is verified in this thread: a few milliseconds' worth, less than the way there and back. */
export const VERIFIED_HERE = 32;
/** How many events go to a thread at once: small enough that all threads end together. */
const IN_A_MESSAGE = 128;
const MOST_THREADS = 4;

interface Thread {
  readonly worker: Worker;
  /** Messages that it has not answered. */
  open: number;
}

interface Waiting {
  readonly thread: Thread;
  resolve(leafHashes: Uint8Array[]): void;
  reject(fault: unknown): void;
}

/** Verifies events in threads of their own, in order of the asking; they start with the first large group. */
export class SignaturePool {
  #keys: KeyHistory;
  readonly #waiting = new Map<number, Waiting>();
  #threads: readonly Thread[] = [];
  #asked = 0;
  #fault: LedgerFault | undefined;

  constructor(keys: KeyHistory) {
    this.#keys = keys;
  }

  /** The keys by which everything is verified that is asked for from here on. */
  learn(keys: KeyHistory): void {
    this.#keys = keys;
    for (const { worker } of this.#threads) worker.postMessage({ keys } satisfies Told);
  }

  /**
   * The leaf hashes of authentic events, in their order. Each is of the bytes as they were before they were verified.
   * @throws LedgerFault `EVENT_NOT_AUTHENTIC` for the first that is not; `VERIFICATION_FAILED`
   */
  async leafHashes(events: readonly Unchecked[]): Promise<readonly Uint8Array[]> {
    if (this.#fault !== undefined) throw this.#fault;
    if (events.length <= VERIFIED_HERE) {
      await nextTurn();
      return checkedLeafHashes(events, this.#keys);
    }
    const parts = Array.from({ length: Math.ceil(events.length / IN_A_MESSAGE) }, (_, at) =>
      this.#ask(events.slice(at * IN_A_MESSAGE, (at + 1) * IN_A_MESSAGE)),
    );
    for (const part of parts) part.catch(() => undefined);
    const hashes: Uint8Array[] = [];
    for (const part of parts) hashes.push(...(await part));
    return hashes;
  }

  async close(): Promise<void> {
    this.#fail(new LedgerFault('CLOSED', 'the ledger was closed while events were verified'));
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #ask(events: readonly Unchecked[]): Promise<Uint8Array[]> {
    if (this.#threads.length === 0) this.#start();
    const number = (this.#asked += 1);
    const packed: Packed = { number, ...pack(events) };
    return new Promise((resolve, reject) => {
      const thread = this.#threads.reduce((least, one) => (one.open < least.open ? one : least));
      thread.open += 1;
      this.#waiting.set(number, { thread, resolve, reject });
      thread.worker.postMessage(packed, [packed.bytes.buffer]);
    });
  }

  #start(): void {
    const count = Math.min(MOST_THREADS, availableParallelism());
    this.#threads = Array.from({ length: count }, () => {
      const worker = new Worker(workerFile(), { workerData: this.#keys });
      worker.on('message', (answer: Answer) => this.#answered(answer));
      worker.on('error', (cause) =>
        this.#fail(new LedgerFault('VERIFICATION_FAILED', 'a thread that verifies has failed', undefined, { cause })),
      );
      worker.on('exit', () => this.#fail(new LedgerFault('VERIFICATION_FAILED', 'a thread that verifies has ended')));
      worker.unref();
      return { worker, open: 0 };
    });
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.number);
    waiting.thread.open -= 1;
    if ('leafHashes' in answer) waiting.resolve(answer.leafHashes);
    else waiting.reject(new LedgerFault(answer.code, answer.message, answer.evidence));
  }

  #fail(fault: LedgerFault): void {
    this.#fault ??= fault;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#fault);
    this.#waiting.clear();
  }
}

/** A thread is plain Node and needs the built file, also where a test runs the sources. */
const workerFile = (): URL =>
  new URL('./signature-worker.js', import.meta.url.replace('/ledger/src/', '/ledger/dist/'));
