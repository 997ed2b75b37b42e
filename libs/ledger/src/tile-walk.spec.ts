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
