/** Coordinates and paths of https://c2sp.org/tlog-tiles: which tiles a tree has, how wide they are, where they lie. */

/** Hashes in a full tile; a tile spans eight levels of the tree. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** One tile of hashes. `level` 0 holds leaf hashes; `width` counts its hashes, 256 when it is full. */
export interface TileCoordinates {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** What a path below the log's prefix names. Entry bundles have no level: they lie beside the tiles of level 0. */
export type TileResource =
  | ({ readonly kind: 'hashes' } & TileCoordinates)
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

/** Hashes of all tiles of one level in a tree of `size` leaves. */
const hashesAt = (level: number, size: number): number => Math.floor(size / TILE_WIDTH ** level);

/** How many hashes of the tile a tree of `size` leaves has: 0 when it has no such tile. */
export const tileWidth = (level: number, index: number, size: number): number =>
  Math.max(0, Math.min(TILE_WIDTH, hashesAt(level, size) - index * TILE_WIDTH));

/** Every tile of a tree, level by level from the leaves, each from left to right. */
export const tilesOf = (size: number): TileCoordinates[] => {
  const tiles: TileCoordinates[] = [];
  for (let level = 0; hashesAt(level, size) > 0; level += 1)
    for (let index = 0; tileWidth(level, index, size) > 0; index += 1)
      tiles.push({ level, index, width: tileWidth(level, index, size) });
  return tiles;
};

/** One hash of a tile: number `index` of its level, counted over all tiles of the level. */
export interface TileSlot {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** The hashes of tiles that leaf number `leaf` settles: its own, and that of each tile it fills; see `appendLeaf`. */
export const tileSlots = (leaf: number, completed: readonly Uint8Array[]): TileSlot[] =>
  completed
    .filter((_, height) => height % TILE_HEIGHT === 0)
    .map((hash, level) => ({ level, index: Math.floor(leaf / TILE_WIDTH ** level), hash }));

/** `tile/<L>/<N>[.p/<W>]` of a tile of hashes. */
export const tilePath = ({ level, index, width }: TileCoordinates): string =>
  `tile/${level}/${indexPath(index)}${partialSuffix(width)}`;

/** `tile/entries/<N>[.p/<W>]` of the bundle of the entries under a level 0 tile. */
export const entriesPath = (index: number, width: number): string =>
  `tile/entries/${indexPath(index)}${partialSuffix(width)}`;

/** 1234067 is `x001/x234/067`. */
const indexPath = (index: number): string => {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
};

const partialSuffix = (width: number): string => (width === TILE_WIDTH ? '' : `.p/${width}`);

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const HIGHEST_LEVEL = 63;

/** Reads a path below the log's prefix; undefined when it is not exactly one that `tilePath` or `entriesPath` makes. */
export const parseTilePath = (path: string): TileResource | undefined => {
  const [, kind, elements, partial] = PATH.exec(path) ?? [];
  if (kind === undefined || elements === undefined) return undefined;
  const index = Number(elements.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const isCanonical = Number.isSafeInteger(index) && indexPath(index) === elements;
  if (!isCanonical || (partial !== undefined && width >= TILE_WIDTH)) return undefined;
  if (kind === 'entries') return { kind, index, width };
  return Number(kind) > HIGHEST_LEVEL ? undefined : { kind: 'hashes', level: Number(kind), index, width };
};
