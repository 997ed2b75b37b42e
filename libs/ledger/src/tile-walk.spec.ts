import { hash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { treeHasher } from './merkle-tree.js';
import { growTiles } from './tile-contents.js';
import { type TileSlot, TileWalk } from './tile-walk.js';

const tree = treeHasher((bytes) => hash('sha256', bytes, 'buffer'));

it('comes to the hashes that growing the tiles comes to', () => {
  const leafHashes = Array.from({ length: 66_000 }, (_, index) => tree.leaf(Buffer.from(`leaf ${index}`)));
  const walk = new TileWalk(tree);
  const slots = leafHashes.flatMap((leafHash) => walk.add(leafHash));
  const level = (wanted: number): TileSlot[] => slots.filter((slot) => slot.level === wanted);
  expect([0, 1, 2, 3].map((wanted) => level(wanted).length)).toEqual([66_000, 257, 1, 0]);

  for (const { level: at, index, hashes } of growTiles(tree, 0, () => undefined, leafHashes)) {
    const walked = level(at).slice(index * 256, (index + 1) * 256);
    expect(Buffer.concat(walked.map((slot) => slot.hash)).equals(hashes)).toBe(true);
    expect(walked[0]?.index).toBe(index * 256);
  }
});

it('goes on behind any number of leaves as if it had seen them', () => {
  const leafHashes = Array.from({ length: 66_000 }, (_, index) => tree.leaf(Buffer.from(`leaf ${index}`)));
  const walk = new TileWalk(tree);
  const slots = leafHashes.map((leafHash) => walk.add(leafHash));
  const tiles = new Map(
    growTiles(tree, 0, () => undefined, leafHashes).map(({ level, index, hashes }) => [`${level}/${index}`, hashes]),
  );
  const read = (level: number, index: number): Uint8Array | undefined => tiles.get(`${level}/${index}`);
  for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 65_800]) {
    const later = TileWalk.after(tree, size, read);
    expect(leafHashes.slice(size, size + 300).map((leafHash) => later.add(leafHash))).toEqual(
      slots.slice(size, size + 300),
    );
  }
  expect(() => TileWalk.after(tree, 300, () => undefined)).toThrow(RangeError);
});
