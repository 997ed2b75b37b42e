import type { TreeHead, Tile } from '@delta-hub/ledger';

/** A head of this node's log with the note that signs it. */
export interface SignedHead extends TreeHead {
  /** The checkpoint, a C2SP signed note. */
  readonly note: string;
}

/** Size and root of a tree. */
export interface TreeState {
  readonly size: number;
  readonly root: Uint8Array;
}

/** One leaf, with where it came from in the event store. */
export interface Entry {
  /** Leaf index, from 0. */
  readonly position: number;
  /** The event's id, a lower-case UUID. */
  readonly eventId: string;
  /** The compact JWS in ASCII, byte for byte as the event store has it. */
  readonly leaf: Uint8Array;
  readonly stream: string;
  readonly revision: bigint;
  readonly storePosition: bigint;
}

/** A leaf as it is read back. */
export type StoredEntry = Pick<Entry, 'position' | 'leaf' | 'storePosition'>;

/** What one group of events adds to the log. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly tiles: readonly Tile[];
  readonly state: TreeState;
  /** The newest signed head so far: its note is stored along with this batch. */
  readonly signed: SignedHead | undefined;
}

/** A row of the heads: without a note while nobody has signed it. */
export interface StoredHead extends TreeState {
  readonly note: string | undefined;
}

/**
 * What the log consists of: entries, tiles, heads. Every write is one transaction, on the disk when the call returns;
 * when it throws, the write may have happened or not.
 * @throws LedgerFault `STORAGE_FULL`, `STORAGE_FAILED`, `LOCK_CONFLICT`, `LEDGER_DAMAGED`
 */
export interface LedgerStore {
  /** The origin that this store belongs to: the given one when the store is new. */
  claim(origin: string): string;
  stage(batch: Batch): void;
  /** Stores the note of a head that is staged. */
  publish(head: SignedHead): void;
  /** Takes back everything beyond the first `size` entries. MUST only be used for what was never signed. */
  discardAfter(size: number): void;
  /** The head with the most entries, signed or not. */
  newestHead(): StoredHead | undefined;
  newestSignedHead(): StoredHead | undefined;
  /** Entries from position `from` to before `to`, in order. */
  entries(from: number, to: number): readonly StoredEntry[];
  /** The hashes of a tile as far as they are staged. */
  tile(level: number, index: number): Uint8Array | undefined;
  /** Where events are; those that are not in the log are left out. */
  positionsOf(eventIds: readonly string[]): ReadonlyMap<string, number>;
  /** Where the events of streams are, in log order; streams that are not in the log are left out. */
  positionsIn(streams: readonly string[]): ReadonlyMap<string, readonly number[]>;
  /** The entries of all streams of key events, in log order. */
  keyEntries(): readonly Pick<StoredEntry, 'position' | 'leaf'>[];
  /** The last revision of each stream that is in the log. */
  revisionsOf(streams: readonly string[]): ReadonlyMap<string, bigint>;
  /** Lets go of the file and opens it anew: after a failed write only the file knows what is in it. */
  reopen(): void;
  close(): void;
}

/** The newest signed head of each log, kept apart from the log itself: what stops two processes, or an old copy, from forking it. */
export interface LockStore {
  read(origin: string): SignedHead | undefined;
  /** The logs that the lock knows. */
  origins(): readonly string[];
  /**
   * Replaces the newest signed head if it still is the `expected` one; false when it is not.
   * The new head is durable when it returns true; when it throws, it may be stored or not.
   * @throws LedgerFault `STORAGE_FULL`, `STORAGE_FAILED`
   */
  compareAndSwap(expected: SignedHead | undefined, head: SignedHead): boolean;
  /** Lets go of the file and opens it anew. */
  reopen(): void;
  close(): void;
}
