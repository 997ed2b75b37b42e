import { type NodeReader, TILE_HEIGHT, TILE_WIDTH, type TileReader, type TreeHasher } from '@delta-hub/ledger';

/** The nodes of one tile, from its hashes (level 0) up to its root, and the bytes that they were computed from. */
interface Computed {
  readonly index: number;
  readonly tile: Uint8Array;
  readonly levels: Uint8Array[][];
}

/**
 * Nodes of a tree, computed from its tiles as they are read now. A node of the last tile of each level is computed once,
 * as long as that tile begins with the very bytes it was computed from: a log that takes one event at a time would hash
 * its last tile from the beginning for each. Any other byte in it and all of it is computed again.
 */
export class EdgeNodes {
  readonly #tree: TreeHasher;
  readonly #kept: Computed[] = [];

  constructor(tree: TreeHasher) {
    this.#tree = tree;
  }

  /** Nodes of the tree with these tiles, each of which is compared once. @throws RangeError when a tile is missing or too short */
  over(read: TileReader): NodeReader {
    const compared: Computed[] = [];
    return (level, index) => {
      const inTile = level % TILE_HEIGHT;
      const tileLevel = (level - inTile) / TILE_HEIGHT;
      const first = index * 2 ** inTile;
      const begin = first % TILE_WIDTH;
      const tileIndex = (first - begin) / TILE_WIDTH;
      const known = compared[tileLevel];
      const tile = known?.index === tileIndex ? known : this.#computed(tileLevel, tileIndex, read);
      compared[tileLevel] = tile;
      const node = tile.levels[inTile]![begin / 2 ** inTile];
      if (node === undefined)
        throw new RangeError(
          `tile ${tileLevel}/${tileIndex} has not the ${begin + 2 ** inTile} hashes that the tree needs`,
        );
      return node;
    };
  }

  #computed(level: number, index: number, read: TileReader): Computed {
    const tile = read(level, index) ?? new Uint8Array(0);
    const kept = this.#kept[level];
    const levels = kept?.index === index && beginsWith(tile, kept.tile) ? kept.levels : emptyLevels();
    const { length } = this.#tree.empty;
    for (let at = levels[0]!.length; (at + 1) * length <= tile.length; at += 1)
      levels[0]!.push(tile.slice(at * length, (at + 1) * length));
    for (let height = 1; height < TILE_HEIGHT; height += 1) {
      const [below, own] = [levels[height - 1]!, levels[height]!];
      for (let at = own.length; 2 * at + 1 < below.length; at += 1)
        own.push(this.#tree.node(below[2 * at]!, below[2 * at + 1]!));
    }
    return (this.#kept[level] = { index, tile, levels });
  }
}

const emptyLevels = (): Uint8Array[][] => Array.from({ length: TILE_HEIGHT }, () => []);

const beginsWith = (tile: Uint8Array, before: Uint8Array): boolean =>
  tile.length >= before.length && Buffer.compare(tile.subarray(0, before.length), before) === 0;
