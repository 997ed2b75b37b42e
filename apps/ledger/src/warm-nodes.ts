import { hashesOf, type NodeReader, TILE_WIDTH, type TileReader, type TreeHasher } from '@delta-hub/ledger';

/** Tiles whose inner nodes are kept: 16 KB each, 16 MB in all. */
const MOST_TILES = 1024;
const TILE_LEVELS = 8;
/** Levels of tiles that a log can have: 256 ** 7 is beyond every exact number of leaves. */
const MOST_LEVELS = 8;

/** The nodes of one tile, from its hashes (level 0) up to its root (level 8). */
type Levels = Uint8Array[][];

/**
 * Nodes of a log's tree that are computed once. A node is the root of a perfect subtree, so it never changes while the
 * log grows; the tile that is kept longest is forgotten first. @throws RangeError when a tile is missing or too short
 */
export const warmNodes = (tree: TreeHasher, read: TileReader): NodeReader => {
  const kept = new Map<number, Levels>();

  const tileOf = (level: number, index: number, width: number): Levels => {
    const key = index * MOST_LEVELS + level;
    const known = kept.get(key);
    if (known !== undefined && known[0]!.length >= width) return known;
    const levels = levelsOf(tree, read(level, index));
    if (levels[0]!.length < width)
      throw new RangeError(`tile ${level}/${index} has not the ${width} hashes that the tree needs`);
    kept.set(key, levels);
    if (kept.size > MOST_TILES) kept.delete(kept.keys().next().value!);
    return levels;
  };

  return (level, index) => {
    const inTile = level % TILE_LEVELS;
    const tileLevel = (level - inTile) / TILE_LEVELS;
    const first = index * 2 ** inTile;
    const begin = first % TILE_WIDTH;
    const levels = tileOf(tileLevel, (first - begin) / TILE_WIDTH, begin + 2 ** inTile);
    return levels[inTile]![begin / 2 ** inTile]!;
  };
};

const levelsOf = (tree: TreeHasher, tile: Uint8Array | undefined): Levels => {
  const levels: Levels = [hashesOf(tree, tile ?? new Uint8Array(0))];
  for (let below = levels[0]!; levels.length < TILE_LEVELS; below = levels.at(-1)!)
    levels.push(
      Array.from({ length: Math.floor(below.length / 2) }, (_, at) => tree.node(below[2 * at]!, below[2 * at + 1]!)),
    );
  return levels;
};
