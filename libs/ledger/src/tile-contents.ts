/** What is in tiles and entry bundles of https://c2sp.org/tlog-tiles: how they grow, and how proofs are read from them. */
import { rootOfLeaves, type TreeHasher } from './merkle-tree.js';
import type { NodeReader } from './proofs.js';
import { TILE_HEIGHT, TILE_WIDTH, tileWidth } from './tiles.js';

/** One tile with its hashes, one after the other. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

/** The hashes of one tile, at least as many as the tree has that is asked about; undefined where there is none. */
export type TileReader = (level: number, index: number) => Uint8Array | undefined;

/**
 * The tiles that change when leaves are added to a tree of `size` leaves, as they are afterwards, from the leaves up.
 * `read` answers for the tiles of that tree's right edge.
 */
export const growTiles = (
  tree: TreeHasher,
  size: number,
  read: TileReader,
  leafHashes: readonly Uint8Array[],
): Tile[] => {
  const changed: Tile[] = [];
  let added = leafHashes;
  for (let level = 0; added.length > 0; level += 1) {
    const first = Math.floor(size / TILE_WIDTH ** level);
    const firstIndex = Math.floor(first / TILE_WIDTH);
    const hashes = [...edgeHashes(tree, read, level, firstIndex, size), ...added];
    const groups = chunks(hashes, TILE_WIDTH);
    groups.forEach((group, at) => changed.push({ level, index: firstIndex + at, hashes: concat(group) }));
    added = groups.filter((group) => group.length === TILE_WIDTH).map((group) => rootOfLeaves(tree, group));
  }
  return changed;
};

const edgeHashes = (
  tree: TreeHasher,
  read: TileReader,
  level: number,
  index: number,
  size: number,
): readonly Uint8Array[] => {
  const width = tileWidth(level, index, size);
  return width === 0 ? [] : hashesOf(tree, tileWith(tree, read, level, index, width)).slice(0, width);
};

/** Nodes of the tree, computed from its tiles. @throws RangeError when a tile is missing or too short */
export const nodesFromTiles =
  (tree: TreeHasher, read: TileReader): NodeReader =>
  (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const count = 2 ** (level % TILE_HEIGHT);
    const tileIndex = Math.floor((index * count) / TILE_WIDTH);
    const begin = (index * count) % TILE_WIDTH;
    const tile = tileWith(tree, read, tileLevel, tileIndex, begin + count);
    return rootOfLeaves(tree, hashesOf(tree, tile).slice(begin, begin + count));
  };

const tileWith = (tree: TreeHasher, read: TileReader, level: number, index: number, width: number): Uint8Array => {
  const tile = read(level, index);
  if (tile === undefined || tile.length < width * tree.empty.length)
    throw new RangeError(`tile ${level}/${index} has not the ${width} hashes that the tree needs`);
  return tile;
};

/** The hashes of a tile, one by one; what is too short for a hash at its end is left out. */
export const hashesOf = (tree: TreeHasher, tile: Uint8Array): Uint8Array[] => {
  const { length } = tree.empty;
  return Array.from({ length: Math.floor(tile.length / length) }, (_, at) =>
    tile.subarray(at * length, (at + 1) * length),
  );
};

/** Most bytes of one entry: its length is written in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

/** Entries, each after its length (16 bits, big-endian). @throws RangeError for an entry of more than 65,535 bytes */
export const encodeEntryBundle = (entries: readonly Uint8Array[]): Uint8Array =>
  concat(
    entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${entry.length} bytes`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );

/** The entries of a bundle; undefined when its last entry is cut off. */
export const decodeEntryBundle = (bundle: Uint8Array): Uint8Array[] | undefined => {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const [high, low] = [bundle[at], bundle[at + 1]];
    if (high === undefined || low === undefined) return undefined;
    const end = at + 2 + high * 256 + low;
    if (end > bundle.length) return undefined;
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
};

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

const concat = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
