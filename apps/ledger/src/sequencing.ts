import type { TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { EventTail } from './event-tail.js';
import { LedgerFault } from './ledger-fault.js';
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
  /** Why sequencing has stopped; it goes on only after a new start. */
  readonly fault: LedgerFault | undefined;
  /** Resolves when sequencing stops on a fault; never otherwise. */
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
  readonly clock: { now(): string };
  /** Told after every group. */
  readonly grown?: () => void;
}

/** Runs the tail of a node's event store into its log, and tells those who wait how far it has come. */
export class RunningSequencing implements Sequencing {
  readonly failed: Promise<LedgerFault>;
  readonly #parts: Parts;
  readonly #tail: EventTail;
  readonly #signatures: SignaturePool;
  readonly #failed: (fault: LedgerFault) => void;
  readonly #waiters = new Set<Waiter>();
  #position: bigint | undefined;
  #publishedAt: string | undefined;
  #fault: LedgerFault | undefined;

  /** @throws LedgerFault `SUBSTRATE_DIVERGENCE` */
  static async start(parts: Parts): Promise<RunningSequencing> {
    const anchor = await checkSubstrate(parts.events, parts.store, parts.sequencer.head?.size ?? 0);
    return new RunningSequencing(parts, anchor);
  }

  private constructor(parts: Parts, anchor: Awaited<ReturnType<typeof checkSubstrate>>) {
    this.#parts = parts;
    this.#position = anchor?.position;
    const { promise, resolve } = Promise.withResolvers<LedgerFault>();
    this.failed = promise;
    const advanced = (position: bigint): void => {
      this.#position = position;
      this.#publishedAt = parts.clock.now();
      this.#answer();
      parts.grown?.();
    };
    const failed = (fault: LedgerFault): void => {
      this.#fault ??= fault;
      this.#refuseAll(fault);
      resolve(fault);
    };
    this.#failed = failed;
    this.#signatures = new SignaturePool(parts.trust);
    this.#tail = new EventTail({ ...parts, signatures: this.#signatures, advanced, failed }, anchor);
    this.#tail.start();
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
      if (this.#fault !== undefined && !this.#holds(event)) return reject(this.#fault);
      this.#waiters.add({ event, resolve, reject });
      this.#answer();
    });
  }

  /** Stops for good because of something that others have proved. Nothing more is signed. */
  halt(fault: LedgerFault): void {
    this.#failed(fault);
    void this.#tail.stop();
  }

  async stop(): Promise<void> {
    await this.#tail.stop();
    await this.#signatures.close();
    const closed = new LedgerFault('CLOSED', 'the ledger was closed before the event was in it');
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
