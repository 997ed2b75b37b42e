import {
  hashesOf,
  type NodeReader,
  rootAt,
  rootOfLeaves,
  sameBytes,
  TILE_WIDTH,
  type TileReader,
  toBase64,
  type TreeHasher,
} from '@delta-hub/ledger';
import type { Evidence } from './ledger-fault.js';
import { EdgeNodes } from './edge-nodes.js';
import type { LedgerStore, TreeState } from './ledger-store.js';
import { readOnce } from './read-once.js';

/** What to read back: the leaves from `from` to before `to`, and the roots that the tree had at some sizes. */
export interface Readback {
  readonly from: number;
  readonly to: number;
  readonly states: readonly TreeState[];
}

/**
 * The second code path before a signature: reads back what is stored, hashes it again and compares leaves, tiles and
 * roots. Gives the first difference; undefined when there is none. It shares no intermediate result with the append:
 * that extended a compact range, this reads tiles by the definition of RFC 6962. A bit that flipped on the way is found
 * here, while nothing has been signed. `edge` is what the rechecks before it computed from the same bytes.
 */
export const recheck = (
  tree: TreeHasher,
  store: LedgerStore,
  { from, to, states }: Readback,
  edge = new EdgeNodes(tree),
): Evidence | undefined => {
  const read = readOnce((level, index) => store.tile(level, index));
  const node = edge.over(read);
  return (
    leafDifference(tree, store, read, from, to) ??
    tileDifference(tree, read, from, to) ??
    states.map((state) => rootDifference(tree, node, state)).find((difference) => difference !== undefined)
  );
};

/** The row of a head against the state that it is to be signed with. */
export const headDifference = (stored: TreeState | undefined, expected: TreeState): Evidence | undefined => {
  const position = Math.max(0, expected.size - 1);
  return stored?.size === expected.size
    ? compare(position, expected.root, stored.root)
    : { position, expected: `a head of ${expected.size}`, found: `one of ${stored?.size ?? 0}` };
};

const leafDifference = (
  tree: TreeHasher,
  store: LedgerStore,
  read: TileReader,
  from: number,
  to: number,
): Evidence | undefined => {
  const entries = store.entries(from, to);
  for (let position = from; position < to; position += 1) {
    const entry = entries[position - from];
    if (entry?.position !== position) return { position, expected: 'an entry', found: 'none' };
    const difference = compare(position, hashAt(tree, read, 0, position), tree.leaf(entry.leaf));
    if (difference !== undefined) return difference;
  }
  return undefined;
};

/** Every tile that became full must hash to its place in the level above. */
const tileDifference = (tree: TreeHasher, read: TileReader, from: number, to: number): Evidence | undefined => {
  for (let level = 1; Math.floor(to / TILE_WIDTH ** level) > 0; level += 1) {
    const span = TILE_WIDTH ** level;
    for (let index = Math.floor(from / span); index < Math.floor(to / span); index += 1) {
      const below = hashesOf(tree, read(level - 1, index) ?? new Uint8Array(0));
      const difference = compare(index * span, hashAt(tree, read, level, index), rootOfLeaves(tree, below));
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
};

const rootDifference = (tree: TreeHasher, node: NodeReader, { size, root }: TreeState): Evidence | undefined => {
  const position = Math.max(0, size - 1);
  try {
    return compare(position, root, rootAt(tree, node, size));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { position, expected: `tiles of ${size} leaves`, found: error.message };
  }
};

/** Hash `index` of a level of tiles; empty when it is not there. */
const hashAt = (tree: TreeHasher, read: TileReader, level: number, index: number): Uint8Array => {
  const { length } = tree.empty;
  const begin = (index % TILE_WIDTH) * length;
  const tile = read(level, Math.floor(index / TILE_WIDTH)) ?? new Uint8Array(0);
  return tile.subarray(begin, begin + length);
};

const compare = (position: number, expected: Uint8Array, found: Uint8Array): Evidence | undefined =>
  sameBytes(expected, found) ? undefined : { position, expected: toBase64(expected), found: toBase64(found) };
