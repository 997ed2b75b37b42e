import {
  consistencyPath,
  encodeEntryBundle,
  inclusionPath,
  type NodeReader,
  rootAt,
  TILE_WIDTH,
  type TileResource,
  tileWidth,
  toBase64,
} from '@delta-hub/ledger';
import { eventIdOf } from './authenticate.js';
import type { LedgerStore, SignedHead } from './ledger-store.js';
import { sha256Tree } from './log-identity.js';
import { warmNodes } from './warm-nodes.js';
import type { KnownFork } from './witness/known-forks.js';
import type { Level } from './witness/level.js';
import type { Witnessing } from './witness/witnessing.js';

/** One leaf, shown against a signed head. Hashes are in base64. */
export interface LedgerEntry {
  readonly eventId: string;
  /** Leaf index, from 0. */
  readonly index: number;
  readonly leafHash: string;
  /** How far others believe in the head that the proof is against. */
  readonly level: Level;
  /** When the first witnessed head that holds the entry was cosigned (median, UTC); null when there is none. */
  readonly witnessedAt: string | null;
  proof(): InclusionProof;
}

export interface InclusionProof {
  readonly index: number;
  readonly treeSize: number;
  readonly rootHash: string;
  readonly path: readonly string[];
  readonly checkpoint: string;
  readonly level: Level;
  readonly witnessedAt: string | null;
}

/** Hashes in base64. */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly path: readonly string[];
  /** The note of the newest head, when the proof leads to it. */
  readonly checkpoint: string | null;
}

/** Reads the log as far as it is signed and published, and nothing beyond. Writes nothing. */
export class LedgerReader {
  readonly #store: LedgerStore;
  readonly #head: () => SignedHead | undefined;
  readonly #nodes: NodeReader;
  readonly #witnessing: Witnessing | undefined;

  constructor(store: LedgerStore, head: () => SignedHead | undefined, witnessing?: Witnessing) {
    this.#store = store;
    this.#head = head;
    this.#nodes = warmNodes(sha256Tree, (level, index) => store.tile(level, index));
    this.#witnessing = witnessing;
  }

  /** The newest head, with the cosignatures that it has. */
  head(): SignedHead | undefined {
    const head = this.#head();
    const cosigned = this.#witnessing?.newest('LOCAL');
    return cosigned?.size === head?.size ? cosigned : head;
  }

  /** How far others believe in the first `size` entries, and since when (UTC). */
  standingOf(size: number): { readonly level: Level; readonly witnessedAt: string | null } {
    const seconds = this.#witnessing?.witnessedAt(size);
    return {
      level: this.#witnessing?.levelOf(size) ?? 'LOCAL',
      witnessedAt: seconds === undefined ? null : new Date(seconds * 1_000).toISOString(),
    };
  }

  /** Logs whose key signed two histories, with the proofs. */
  forks(): readonly KnownFork[] {
    return this.#witnessing?.forks() ?? [];
  }

  /**
   * What shows that the first `from` entries are the beginning of the first `to`; the newest head unless given.
   * Undefined when it does not reach that far, or the second is the smaller.
   */
  consistency(from: number, to?: number): ConsistencyProof | undefined {
    const head = this.head();
    const end = to ?? head?.size ?? 0;
    if (from < 0 || from > end || end > (head?.size ?? 0)) return undefined;
    const path = from === 0 || from === end ? [] : consistencyPath(sha256Tree, this.#nodes, from, end);
    const rootOf = (size: number): string => toBase64(rootAt(sha256Tree, this.#nodes, size));
    return {
      from,
      to: end,
      fromRoot: rootOf(from),
      toRoot: rootOf(end),
      path: path.map(toBase64),
      checkpoint: head !== undefined && end === head.size ? head.note : null,
    };
  }

  /** The entries of events; events that are not in the log are left out. */
  entriesOf(eventIds: readonly string[]): ReadonlyMap<string, LedgerEntry> {
    const head = this.#head();
    if (head === undefined) return new Map();
    const entryAt = this.#entries(head);
    const positions = [...this.#store.positionsOf(eventIds)].filter(([, position]) => position < head.size);
    return new Map(positions.map(([eventId, position]) => [eventId, entryAt(position, eventId)]));
  }

  /** The entries of the events in streams, in log order. */
  entriesIn(streams: readonly string[]): ReadonlyMap<string, readonly LedgerEntry[]> {
    const head = this.#head();
    if (head === undefined) return new Map();
    const entryAt = this.#entries(head);
    const entries = (positions: readonly number[]): LedgerEntry[] =>
      positions.filter((position) => position < head.size).map((position) => entryAt(position, this.#idAt(position)));
    return new Map([...this.#store.positionsIn(streams)].map(([stream, positions]) => [stream, entries(positions)]));
  }

  /** Where the key events under the newest head stand. */
  keyEntries(): readonly number[] {
    const size = this.#head()?.size ?? 0;
    const positions = this.#store.keyEntries().map(({ position }) => position);
    return positions.filter((position) => position < size);
  }

  /** The bytes of a tile or entry bundle; undefined when the signed tree has not that many hashes there. */
  resource(resource: TileResource): Uint8Array | undefined {
    const { index, width } = resource;
    const level = resource.kind === 'hashes' ? resource.level : 0;
    if (tileWidth(level, index, this.#head()?.size ?? 0) < width) return undefined;
    if (resource.kind === 'hashes') return this.#store.tile(level, index)?.subarray(0, width * sha256Tree.empty.length);
    const first = index * TILE_WIDTH;
    return encodeEntryBundle(this.#store.entries(first, first + width).map(({ leaf }) => leaf));
  }

  /** Makes entries, each against the strongest newest head that holds it: sealed, else witnessed, else the newest. */
  #entries(newest: SignedHead): (position: number, eventId: string) => LedgerEntry {
    const witnessing = this.#witnessing;
    const heads = [witnessing?.newest('SEALED'), witnessing?.newest('WITNESSED')].filter((head) => head !== undefined);
    return (position, eventId) => this.#entryAt(heads.find(({ size }) => size > position) ?? newest, position, eventId);
  }

  #entryAt(head: SignedHead, position: number, eventId: string): LedgerEntry {
    const node = this.#nodes;
    const standing = this.standingOf(position + 1);
    return {
      eventId,
      index: position,
      leafHash: toBase64(node(0, position)),
      ...standing,
      proof: () => ({
        index: position,
        treeSize: head.size,
        rootHash: toBase64(head.root),
        path: inclusionPath(sha256Tree, node, position, head.size).map(toBase64),
        checkpoint: head.note,
        ...standing,
      }),
    };
  }

  #idAt(position: number): string {
    const [entry] = this.#store.entries(position, position + 1);
    return entry === undefined ? '' : eventIdOf(entry.leaf);
  }
}
