import {
  type CompactRange,
  extendRange,
  growTiles,
  nodesFromTiles,
  type NoteSigner,
  rangeAt,
  rootOfRange,
  sameBytes,
} from '@delta-hub/ledger';
import { EdgeNodes } from './edge-nodes.js';
import { asLedgerFault, LedgerFault } from './ledger-fault.js';
import type { Entry, SignedHead, TreeState } from './ledger-store.js';
import { type LogParts, recover } from './recovery.js';
import { headDifference, recheck } from './recheck.js';
import { headFault, signHead } from './signed-head.js';

/** An event that is to become a leaf; its place in the tree is not known yet. */
export interface Leaf extends Omit<Entry, 'position'> {
  /** Taken from the bytes before their signature was verified, so that a bit flipping in between cannot hide. */
  readonly leafHash: Uint8Array;
}

/**
 * The one writer of a log. Its order is what makes the log safe (ledger design, "append"; sunlight's `sequencePool`):
 *
 * 1. stage entries, tiles and the unsigned head, in one transaction
 * 2. read them back and compute the root again by other code
 * 3. sign, and swap the head into the lock
 * 4. publish
 *
 * Whatever fails ends this writer; the next start, or `restart`, finds out from the files where it stood.
 */
export class Sequencer {
  readonly #parts: LogParts;
  readonly #signer: NoteSigner;
  #head: SignedHead | undefined;
  /** The tree under the head, as the next append extends it. */
  #range: CompactRange;
  #edge: EdgeNodes;
  #fault: LedgerFault | undefined;

  /** @throws LedgerFault see `recover` */
  constructor(parts: LogParts, signer: NoteSigner) {
    this.#parts = parts;
    this.#edge = new EdgeNodes(parts.tree);
    this.#signer = signer;
    this.#range = this.#recovered();
  }

  /**
   * Begins again as a new start does, after a fault: from what the files say, opened anew.
   * @throws LedgerFault see `recover`; the writer then stays ended
   */
  restart(): void {
    const { store, lock } = this.#parts;
    try {
      store.reopen();
      lock.reopen();
      this.#edge = new EdgeNodes(this.#parts.tree);
      this.#range = this.#recovered();
      this.#fault = undefined;
    } catch (error) {
      throw (this.#fault = asLedgerFault(error));
    }
  }

  /** The newest head that is signed and locked. Readers MUST NOT be shown anything beyond its size. */
  get head(): SignedHead | undefined {
    return this.#head;
  }

  /**
   * Appends events in this order and gives the head that holds them. One that is in the log already stays where it is.
   * Its work is synchronous and ends on the disk.
   * @throws LedgerFault `SUBSTRATE_DIVERGENCE` (nothing written), `READ_BACK_MISMATCH` (nothing signed), `LOCK_CONFLICT`, `STORAGE_FULL`, `STORAGE_FAILED`
   */
  append(leaves: readonly Leaf[]): SignedHead | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    try {
      const fresh = this.#withoutKnown(leaves);
      this.#assertNoGap(fresh);
      if (fresh.length > 0) this.#seal(...this.#stage(fresh));
      return this.#head;
    } catch (error) {
      throw (this.#fault = asLedgerFault(error));
    }
  }

  /** Stores the note of the newest head, if it is not stored yet, and lets go of the files. */
  close(): void {
    const { store, lock } = this.#parts;
    try {
      if (this.#fault === undefined && this.#head !== undefined) store.publish(this.#head);
    } finally {
      store.close();
      lock.close();
    }
  }

  #recovered(): CompactRange {
    const { signed, pending } = recover(this.#parts);
    this.#head = signed;
    if (signed !== undefined) this.#parts.store.publish(signed);
    const range = this.#rangeOf(signed?.size ?? 0);
    if (pending === undefined) return range;
    // Crashed between stage and lock: the same steps as after any stage.
    const grown = this.#rangeOf(pending.size);
    this.#seal(pending, grown);
    return grown;
  }

  #stage(leaves: readonly Leaf[]): [TreeState, CompactRange] {
    const { tree, store } = this.#parts;
    const { size } = this.#range;
    const leafHashes = leaves.map(({ leafHash }) => leafHash);
    const range = extendRange(tree, this.#range, leafHashes);
    const state = { size: range.size, root: rootOfRange(tree, range) };
    store.stage({
      entries: leaves.map((leaf, index) => ({ ...leaf, position: size + index })),
      tiles: growTiles(tree, size, (level, index) => store.tile(level, index), leafHashes),
      state,
      signed: this.#head,
    });
    return [state, range];
  }

  #seal(staged: TreeState, range: CompactRange): void {
    const { origin, tree, store, lock, verifiers } = this.#parts;
    const known = this.#head === undefined ? [] : [this.#head];
    const from = this.#head?.size ?? 0;
    const difference =
      recheck(tree, store, { from, to: staged.size, states: [...known, staged] }, this.#edge) ??
      headDifference(store.newestHead(), staged);
    if (difference !== undefined)
      throw new LedgerFault('READ_BACK_MISMATCH', 'what was read back is not what was written', difference);
    const head = signHead({ origin, size: staged.size, root: staged.root }, this.#signer);
    const fault = headFault(head, verifiers);
    if (fault !== undefined) throw new LedgerFault('READ_BACK_MISMATCH', `the new head does not verify: ${fault}`);
    // The point of no return: from here on the head may be in the lock, and this size has one root for ever. A crash
    // before it repeats the batch from what is staged; a crash after it publishes what the lock holds.
    if (!lock.compareAndSwap(this.#head, head)) throw this.#conflict();
    this.#head = head;
    this.#range = range;
  }

  #rangeOf(size: number): CompactRange {
    const { tree, store } = this.#parts;
    return rangeAt(
      nodesFromTiles(tree, (level, index) => store.tile(level, index)),
      size,
    );
  }

  #conflict(): LedgerFault {
    return new LedgerFault('LOCK_CONFLICT', `another process writes the log ${this.#parts.origin}`);
  }

  /** Leaves whose event is not in the log. The same event with other bytes is a fault. */
  #withoutKnown(leaves: readonly Leaf[]): Leaf[] {
    const { store } = this.#parts;
    const known = store.positionsOf(leaves.map(({ eventId }) => eventId));
    const fresh = new Map<string, Leaf>();
    for (const leaf of leaves) {
      const position = known.get(leaf.eventId);
      if (position !== undefined && position >= (this.#head?.size ?? 0)) throw this.#conflict();
      const earlier = position === undefined ? fresh.get(leaf.eventId) : store.entries(position, position + 1).at(0);
      if (earlier === undefined) fresh.set(leaf.eventId, leaf);
      else if (!sameBytes(earlier.leaf, leaf.leaf))
        throw new LedgerFault('SUBSTRATE_DIVERGENCE', `event ${leaf.eventId} comes again with other bytes`, {
          ...(position === undefined ? {} : { position }),
          eventId: leaf.eventId,
          expected: Buffer.from(earlier.leaf).toString('latin1'),
          found: Buffer.from(leaf.leaf).toString('latin1'),
        });
    }
    return [...fresh.values()];
  }

  /** Every stream goes on with the next revision: a missing one is an event that the store has lost. */
  #assertNoGap(leaves: readonly Leaf[]): void {
    const last = new Map(this.#parts.store.revisionsOf([...new Set(leaves.map(({ stream }) => stream))]));
    for (const { stream, revision, eventId } of leaves) {
      const expected = (last.get(stream) ?? -1n) + 1n;
      if (revision !== expected)
        throw new LedgerFault('SUBSTRATE_DIVERGENCE', `${stream} goes on with revision ${revision}`, {
          eventId,
          expected: String(expected),
          found: String(revision),
        });
      last.set(stream, revision);
    }
  }
}
