import { describe, expect, it } from '@jest/globals';
import { growTiles, nodesFromTiles } from '@delta-hub/ledger';
import { sha256Tree } from './log-identity.js';
import { warmNodes } from './warm-nodes.js';

/** The tiles of a tree whose leaf hashes count. */
const sampleTiles = (size: number) => {
  const tiles = new Map<string, Uint8Array>();
  const read = (level: number, index: number): Uint8Array | undefined => tiles.get(`${level}/${index}`);
  const grow = (from: number, to: number): void => {
    const leaves = Array.from({ length: to - from }, (_, at) => sha256Tree.leaf(Buffer.from(String(from + at))));
    for (const { level, index, hashes } of growTiles(sha256Tree, from, read, leaves))
      tiles.set(`${level}/${index}`, hashes);
  };
  grow(0, size);
  return { read, grow };
};

describe('warm nodes', () => {
  it('are the nodes of the tiles, also of tiles that grow', () => {
    const { read, grow } = sampleTiles(700);
    const warm = warmNodes(sha256Tree, read);
    const cold = nodesFromTiles(sha256Tree, read);
    const compare = (size: number): void => {
      for (let level = 0; 2 ** level <= size; level += 1)
        for (let index = 0; (index + 1) * 2 ** level <= size; index += 1)
          expect(warm(level, index)).toEqual(cold(level, index));
    };
    compare(700);
    grow(700, 1300);
    compare(1300);
  });

  it('read a tile once', () => {
    const { read } = sampleTiles(512);
    let reads = 0;
    const warm = warmNodes(sha256Tree, (level, index) => {
      reads += 1;
      return read(level, index);
    });
    for (let index = 0; index < 512; index += 1) warm(0, index);
    expect(reads).toBe(2);
  });

  it('are refused where the tree does not reach', () => {
    const warm = warmNodes(sha256Tree, sampleTiles(300).read);
    expect(() => warm(0, 300)).toThrow(RangeError);
    expect(() => warm(8, 2)).toThrow(RangeError);
  });
});
