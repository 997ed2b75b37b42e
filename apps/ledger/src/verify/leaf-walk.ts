import type { CloudEvent, OpenedEvent, RefusedEvent } from '@delta-hub/crypto';
import {
  appendLeaf,
  type CompactRange,
  nodesFromTiles,
  type NoteVerifier,
  parseNote,
  rangeAt,
  rootOfRange,
  sameBytes,
  TILE_WIDTH,
  type TileReader,
  type TileSlot,
  tileSlots,
  toBase64,
} from '@delta-hub/ledger';
import { sha256Tree } from '../log-identity.js';
import { openHead } from '../signed-head.js';
import type { Finding } from './report.js';

/** A head as it is stored: the tree of its size must have its root, and its note must say so. */
export interface ClaimedHead {
  readonly size: number;
  readonly root: Uint8Array;
  /** Undefined while it is staged and not signed. */
  readonly note: string | undefined;
}

/** What the walk compares with. */
export interface WalkSource {
  readonly origin: string;
  readonly verifiers: readonly NoteVerifier[];
  /** The stored hashes of a tile. */
  readonly tile: TileReader;
  /** The stored heads of a tree of this size. */
  headsOf(size: number): readonly ClaimedHead[];
  /** Whether the heads are as the log itself wrote them: one signature, and no line of anybody else. */
  readonly isOwn?: boolean;
}

export type Walked = { readonly event: CloudEvent | undefined } | { readonly fault: Finding };

/** Walks over leaves of a log in their order, recomputes everything that follows from them, and compares. */
export class LeafWalk {
  readonly #source: WalkSource;
  readonly #counts = { entries: 0, tileHashes: 0, heads: 0 };
  #range: CompactRange;

  /**
   * Begins behind the first `size` leaves; what the stored tiles say of these is taken for true.
   * @throws RangeError when a tile that this needs is missing or too short
   */
  constructor(source: WalkSource, size = 0) {
    this.#source = source;
    this.#range = rangeAt(nodesFromTiles(sha256Tree, source.tile), size);
  }

  get counts(): { readonly entries: number; readonly tileHashes: number; readonly heads: number } {
    return this.#counts;
  }

  /** The root of all leaves so far. */
  root(): Uint8Array {
    return rootOfRange(sha256Tree, this.#range);
  }

  /**
   * The next leaf: its event as it was opened, its hash and all that its hash completes. The event is given when it is
   * authentic; where only the structure is looked at, nothing was opened.
   */
  next(leaf: Uint8Array, opened: OpenedEvent | RefusedEvent | undefined): Walked {
    const position = this.#range.size;
    if (opened?.ok === false) {
      const expected = 'a signed event of a trusted node';
      return { fault: { what: `EVENT_${opened.check}`, position, eventId: undefined, expected, found: opened.detail } };
    }
    const { range, completed } = appendLeaf(sha256Tree, this.#range, sha256Tree.leaf(leaf));
    this.#range = range;
    const fault = this.#tileFault(tileSlots(position, completed)) ?? this.#headsFault();
    if (fault !== undefined) return { fault: { eventId: opened?.event.id, ...fault } };
    this.#counts.entries += 1;
    return { event: opened?.event };
  }

  #tileFault(slots: readonly TileSlot[]): Omit<Finding, 'eventId'> | undefined {
    for (const slot of slots) {
      const found = hashIn(this.#source.tile(slot.level, Math.floor(slot.index / TILE_WIDTH)), slot);
      if (!sameBytes(slot.hash, found))
        return { what: 'TILE', position: firstLeafUnder(slot), ...hashes(slot.hash, found) };
      this.#counts.tileHashes += 1;
    }
    return undefined;
  }

  #headsFault(): Omit<Finding, 'eventId'> | undefined {
    for (const head of this.#source.headsOf(this.#range.size)) {
      const fault = this.#headFault(head);
      if (fault !== undefined) return { position: head.size - 1, ...fault };
      this.#counts.heads += 1;
    }
    return undefined;
  }

  #headFault({ root, note }: ClaimedHead): Pick<Finding, 'what' | 'expected' | 'found'> | undefined {
    const { size } = this.#range;
    const recomputed = this.root();
    if (!sameBytes(recomputed, root)) return { what: 'HEAD_ROOT', ...hashes(recomputed, root) };
    if (note === undefined) return undefined;
    const opened = openHead(note, this.#source.origin, this.#source.verifiers);
    if (!opened.ok) return { what: 'HEAD_NOTE', expected: 'a note signed by a trusted key', found: opened.reason };
    if (this.#source.isOwn === true && parseNote(note)?.signatures.length !== 1)
      return { what: 'HEAD_NOTE', expected: 'a note with one signature', found: 'more' };
    if (opened.head.size !== size)
      return { what: 'HEAD_NOTE', expected: `size ${size}`, found: `size ${opened.head.size}` };
    return sameBytes(opened.head.root, recomputed)
      ? undefined
      : { what: 'HEAD_NOTE', ...hashes(recomputed, opened.head.root) };
  }
}

const hashIn = (tile: Uint8Array | undefined, { index }: TileSlot): Uint8Array => {
  const { length } = sha256Tree.empty;
  const begin = (index % TILE_WIDTH) * length;
  return tile?.subarray(begin, begin + length) ?? new Uint8Array(0);
};

const firstLeafUnder = ({ level, index }: TileSlot): number => index * TILE_WIDTH ** level;

const hashes = (expected: Uint8Array, found: Uint8Array): Pick<Finding, 'expected' | 'found'> => ({
  expected: toBase64(expected),
  found: found.length === 0 ? 'none' : toBase64(found),
});
