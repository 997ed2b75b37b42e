import { setTimeout as pauseFor } from 'node:timers/promises';
import { type KeyHistory, storedKeyHistory, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { type Anchor, type BeginGroup, EventTail } from './event-tail.js';
import { asLedgerFault, isPassing, LedgerFault } from './ledger-fault.js';
import type { LedgerStore, SignedHead } from './ledger-store.js';
import type { Sequencer } from './sequencer.js';
import { SignaturePool } from './signature-pool.js';
import { checkSubstrate } from './substrate-check.js';

/** What others see of the sequencing of a node. */
export interface Sequencing {
  /**
   * Waits until an event is in the log, given by its position in the event store (then all before it are, too) or by its
   * id; gives a signed head that holds it. @throws LedgerFault the fault that stopped the sequencing, or `CLOSED`
   */
  waitFor(event: bigint | string): Promise<SignedHead>;
  /** The newest signed head; undefined before the first event. */
  head(): SignedHead | undefined;
  /** Why sequencing has stopped, for good or until its next try. */
  readonly fault: LedgerFault | undefined;
  /** Resolves when sequencing stops for good on a fault; never otherwise. */
  readonly failed: Promise<LedgerFault>;
}

interface Waiter {
  readonly event: bigint | string;
  readonly resolve: (head: SignedHead) => void;
  readonly reject: (fault: LedgerFault) => void;
}

interface Parts {
  readonly events: EventStore;
  readonly store: LedgerStore;
  readonly sequencer: Sequencer;
  readonly trust: TrustList;
  /** The node whose log it is. */
  readonly node: string;
  readonly clock: { now(): string };
  /** Told after every group. */
  readonly grown?: () => void;
  /** Told of every change of the keys that the event store has. */
  readonly learnt?: (keys: KeyHistory) => void;
  readonly traced?: BeginGroup;
  /** How long to wait before a try; rejects when it is aborted. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** How often a log that stopped on a fault of its machine is started from its files again before it is left alone. */
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 1000;

/**
 * Runs the tail of a node's event store into its log, and tells those who wait how far it has come. A fault of the
 * machine (a full disk, a failed write) restarts it into recovery, a few times and ever more slowly.
 */
export class RunningSequencing implements Sequencing {
  readonly failed: Promise<LedgerFault>;
  readonly #parts: Parts;
  readonly #ended: (fault: LedgerFault) => void;
  readonly #stopping = new AbortController();
  #tail!: EventTail;
  #signatures!: SignaturePool;
  #trying: Promise<void> = Promise.resolve();
  #tries = 0;
  #isOver = false;
  readonly #waiters = new Set<Waiter>();
  #position: bigint | undefined;
  #publishedAt: string | undefined;
  #fault: LedgerFault | undefined;

  /** @throws LedgerFault `SUBSTRATE_DIVERGENCE` */
  static async start(parts: Parts): Promise<RunningSequencing> {
    const anchor = await checkSubstrate(parts.events, parts.store, parts.sequencer.head?.size ?? 0);
    return new RunningSequencing(parts, anchor, await keysOf(parts));
  }

  private constructor(parts: Parts, anchor: Awaited<ReturnType<typeof checkSubstrate>>, known: KeyHistory) {
    this.#parts = parts;
    this.#position = anchor?.position;
    const { promise, resolve } = Promise.withResolvers<LedgerFault>();
    this.failed = promise;
    this.#ended = resolve;
    this.#run(anchor, known);
  }

  #run(anchor: Anchor | undefined, known: KeyHistory): void {
    this.#signatures = new SignaturePool(known);
    const learn = async (): Promise<void> => {
      const keys = await keysOf(this.#parts);
      this.#signatures.learn(keys);
      this.#parts.learnt?.(keys);
    };
    const advanced = (position: bigint): void => this.#advanced(position);
    const failed = (fault: LedgerFault): void => this.#failed(fault);
    this.#tail = new EventTail({ ...this.#parts, learn, signatures: this.#signatures, advanced, failed }, anchor);
    this.#tail.start();
  }

  #advanced(position: bigint): void {
    this.#tries = 0;
    this.#position = position;
    this.#publishedAt = this.#parts.clock.now();
    this.#answer();
    this.#parts.grown?.();
  }

  #failed(fault: LedgerFault): void {
    if (this.#isOver) return;
    this.#fault = fault;
    if (isPassing(fault) && this.#tries < MOST_TRIES) this.#trying = this.#tryAgain();
    else this.#giveUp(fault);
  }

  #giveUp(fault: LedgerFault): void {
    this.#isOver = true;
    this.#fault = fault;
    this.#refuseAll(fault);
    this.#ended(fault);
  }

  /** As a new start: recovery from the files, the agreement with the event store, and only then more events. */
  async #tryAgain(): Promise<void> {
    const { sequencer, events, store, pause = waiting } = this.#parts;
    this.#tries += 1;
    try {
      await pause(FIRST_PAUSE_MS * 2 ** (this.#tries - 1), this.#stopping.signal);
      await this.#signatures.close();
      sequencer.restart();
      const anchor = await checkSubstrate(events, store, sequencer.head?.size ?? 0);
      const known = await keysOf(this.#parts);
      if (this.#isOver || this.#stopping.signal.aborted) return;
      this.#fault = undefined;
      // Recovery may have signed what was staged.
      this.#position = anchor?.position;
      this.#answer();
      this.#run(anchor, known);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(asLedgerFault(error));
    }
  }

  get fault(): LedgerFault | undefined {
    return this.#fault;
  }

  /** Position in the event store up to which every event is in the log. */
  get position(): bigint | undefined {
    return this.#position;
  }

  /** When this process last published a head, UTC. */
  get publishedAt(): string | undefined {
    return this.#publishedAt;
  }

  head(): SignedHead | undefined {
    return this.#parts.sequencer.head;
  }

  waitFor(event: bigint | string): Promise<SignedHead> {
    return new Promise((resolve, reject) => {
      if (this.#isOver && this.#fault !== undefined && !this.#holds(event)) return reject(this.#fault);
      this.#waiters.add({ event, resolve, reject });
      this.#answer();
    });
  }

  /** Stops for good because of something that others have proved. Nothing more is signed. */
  halt(fault: LedgerFault): void {
    if (this.#isOver) return;
    this.#giveUp(fault);
    this.#stopping.abort();
    void this.#tail.stop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#trying;
    await this.#tail.stop();
    await this.#signatures.close();
    const closed = new LedgerFault('CLOSED', 'the ledger was closed before the event was in it');
    this.#isOver = true;
    this.#fault ??= closed;
    this.#refuseAll(closed);
  }

  #answer(): void {
    const head = this.head();
    if (head === undefined) return;
    for (const waiter of this.#waiters)
      if (this.#holds(waiter.event)) {
        this.#waiters.delete(waiter);
        waiter.resolve(head);
      }
  }

  #holds(event: bigint | string): boolean {
    if (typeof event === 'bigint') return this.#position !== undefined && event <= this.#position;
    const position = this.#parts.store.positionsOf([event]).get(event);
    return position !== undefined && position < (this.head()?.size ?? 0);
  }

  #refuseAll(fault: LedgerFault): void {
    for (const waiter of this.#waiters) waiter.reject(fault);
    this.#waiters.clear();
  }
}

const keysOf = ({ events, trust, node }: Parts): Promise<KeyHistory> => storedKeyHistory(trust, node, events);

const waiting = (milliseconds: number, signal: AbortSignal): Promise<unknown> =>
  pauseFor(milliseconds, undefined, { signal });
