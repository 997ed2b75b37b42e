import { rootOfLeaves, type TreeHasher } from './merkle-tree.js';
import { hashesOf, type TileReader } from './tile-contents.js';
import { TILE_WIDTH } from './tiles.js';

/** One hash of a tile: number `index` of its level, counted over all tiles of the level. */
export interface TileSlot {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Computes every hash of every tile again, leaf by leaf; keeps no more than one unfinished tile per level. */
export class TileWalk {
  readonly #tree: TreeHasher;
  readonly #levels: { count: number; unfinished: Uint8Array[] }[] = [];

  constructor(tree: TreeHasher) {
    this.#tree = tree;
  }

  /**
   * A walk that goes on behind the first `size` leaves, whose tiles `read` gives.
   * @throws RangeError when a tile is missing or too short
   */
  static after(tree: TreeHasher, size: number, read: TileReader): TileWalk {
    const walk = new TileWalk(tree);
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const width = count % TILE_WIDTH;
      const tile = width === 0 ? new Uint8Array(0) : read(level, Math.floor(count / TILE_WIDTH));
      const unfinished = tile === undefined ? [] : hashesOf(tree, tile).slice(0, width);
      if (unfinished.length < width) throw new RangeError(`tile ${level} of ${size} leaves has not ${width} hashes`);
      walk.#levels.push({ count, unfinished });
    }
    return walk;
  }

  /** The hashes that the next leaf completes: its own, and that of each tile it fills. */
  add(leafHash: Uint8Array): TileSlot[] {
    const slots: TileSlot[] = [];
    let hash: Uint8Array | undefined = leafHash;
    for (let level = 0; hash !== undefined; level += 1) {
      const tile = (this.#levels[level] ??= { count: 0, unfinished: [] });
      slots.push({ level, index: tile.count, hash });
      tile.count += 1;
      tile.unfinished.push(hash);
      const isFull = tile.unfinished.length === TILE_WIDTH;
      hash = isFull ? rootOfLeaves(this.#tree, tile.unfinished) : undefined;
      if (isFull) tile.unfinished = [];
    }
    return slots;
  }
}
