import {
  encodeEntryBundle,
  inclusionPath,
  type NodeReader,
  TILE_WIDTH,
  type TileResource,
  tileWidth,
  toBase64,
} from '@delta-hub/ledger';
import { eventIdOf } from './authenticate.js';
import type { LedgerStore, SignedHead } from './ledger-store.js';
import { sha256Tree } from './log-identity.js';
import { warmNodes } from './warm-nodes.js';

/** One leaf, shown against a signed head. Hashes are in base64. */
export interface LedgerEntry {
  readonly eventId: string;
  /** Leaf index, from 0. */
  readonly index: number;
  readonly leafHash: string;
  proof(): InclusionProof;
}

export interface InclusionProof {
  readonly index: number;
  readonly treeSize: number;
  readonly rootHash: string;
  readonly path: readonly string[];
  readonly checkpoint: string;
}

/** Reads the log as far as it is signed and published, and nothing beyond. Writes nothing. */
export class LedgerReader {
  readonly #store: LedgerStore;
  readonly #head: () => SignedHead | undefined;
  readonly #nodes: NodeReader;

  constructor(store: LedgerStore, head: () => SignedHead | undefined) {
    this.#store = store;
    this.#head = head;
    this.#nodes = warmNodes(sha256Tree, (level, index) => store.tile(level, index));
  }

  head(): SignedHead | undefined {
    return this.#head();
  }

  /** The entries of events, all against the same head; events that are not in the log are left out. */
  entriesOf(eventIds: readonly string[]): ReadonlyMap<string, LedgerEntry> {
    const head = this.#head();
    if (head === undefined) return new Map();
    const entryAt = this.#entriesAt(head);
    const positions = [...this.#store.positionsOf(eventIds)].filter(([, position]) => position < head.size);
    return new Map(positions.map(([eventId, position]) => [eventId, entryAt(position, eventId)]));
  }

  /** The entries of the events in streams, in log order, all against the same head. */
  entriesIn(streams: readonly string[]): ReadonlyMap<string, readonly LedgerEntry[]> {
    const head = this.#head();
    if (head === undefined) return new Map();
    const entryAt = this.#entriesAt(head);
    const entries = (positions: readonly number[]): LedgerEntry[] =>
      positions.filter((position) => position < head.size).map((position) => entryAt(position, this.#idAt(position)));
    return new Map([...this.#store.positionsIn(streams)].map(([stream, positions]) => [stream, entries(positions)]));
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

  /** Makes entries against one head. */
  #entriesAt(head: SignedHead): (position: number, eventId: string) => LedgerEntry {
    const node = this.#nodes;
    return (position, eventId) => ({
      eventId,
      index: position,
      leafHash: toBase64(node(0, position)),
      proof: () => ({
        index: position,
        treeSize: head.size,
        rootHash: toBase64(head.root),
        path: inclusionPath(sha256Tree, node, position, head.size).map(toBase64),
        checkpoint: head.note,
      }),
    });
  }

  #idAt(position: number): string {
    const [entry] = this.#store.entries(position, position + 1);
    return entry === undefined ? '' : eventIdOf(entry.leaf);
  }
}
