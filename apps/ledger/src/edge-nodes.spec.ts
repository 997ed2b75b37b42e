import { describe, expect, it } from '@jest/globals';
import { growTiles, type NodeReader, nodesFromTiles, treeHasher } from '@delta-hub/ledger';
import { sha256 } from '@delta-hub/crypto';
import { EdgeNodes } from './edge-nodes.js';
import { sha256Tree } from './log-identity.js';

/** Tiles that grow leaf by leaf, each read as bytes of its own, as from a database. */
const growingTiles = () => {
  const tiles = new Map<string, Uint8Array>();
  const read = (level: number, index: number): Uint8Array | undefined => tiles.get(`${level}/${index}`)?.slice();
  const grow = (from: number, to: number): void => {
    const leaves = Array.from({ length: to - from }, (_, at) => sha256Tree.leaf(Buffer.from(String(from + at))));
    for (const { level, index, hashes } of growTiles(sha256Tree, from, read, leaves))
      tiles.set(`${level}/${index}`, hashes);
  };
  return { tiles, read, grow };
};

const nodesOf = (node: NodeReader, size: number): Uint8Array[] => {
  const nodes: Uint8Array[] = [];
  for (let level = 0; 2 ** level <= size; level += 1)
    for (let index = 0; (index + 1) * 2 ** level <= size; index += 1) nodes.push(node(level, index));
  return nodes;
};

describe('nodes of the edge', () => {
  it('are the nodes of the tiles, however these grow', () => {
    const { read, grow } = growingTiles();
    const edge = new EdgeNodes(sha256Tree);
    let before = 0;
    for (const size of [1, 2, 3, 100, 255, 256, 257, 600, 1300]) {
      grow(before, size);
      expect(nodesOf(edge.over(read), size)).toEqual(nodesOf(nodesFromTiles(sha256Tree, read), size));
      before = size;
    }
  });

  it('are hashed once while the bytes of their tile stay', () => {
    let hashes = 0;
    const counting = treeHasher((bytes) => {
      hashes += 1;
      return sha256(bytes);
    });
    const { read, grow } = growingTiles();
    const edge = new EdgeNodes(counting);
    grow(0, 128);
    edge.over(read)(7, 0);
    expect(hashes).toBe(1 + 127);
    grow(128, 129);
    edge.over(read)(7, 0);
    expect(hashes).toBe(1 + 127);
    grow(129, 130);
    edge.over(read)(1, 64);
    expect(hashes).toBe(1 + 128);
  });

  it.each([
    ['the first', 0],
    ['the last', 99 * 32 + 31],
  ])('are hashed again when %s byte of the tile is another, of that byte', (_, at) => {
    const { tiles, read, grow } = growingTiles();
    const edge = new EdgeNodes(sha256Tree);
    grow(0, 100);
    const before = nodesOf(edge.over(read), 100);
    tiles.get('0/0')![at]! ^= 1;
    const after = nodesOf(edge.over(read), 100);
    expect(after).not.toEqual(before);
    expect(after).toEqual(nodesOf(nodesFromTiles(sha256Tree, read), 100));
  });

  it('are refused where the tiles do not reach', () => {
    const { tiles, read, grow } = growingTiles();
    const edge = new EdgeNodes(sha256Tree);
    grow(0, 300);
    expect(() => edge.over(read)(0, 300)).toThrow(RangeError);
    expect(() => edge.over(read)(8, 2)).toThrow(RangeError);
    nodesOf(edge.over(read), 300);
    tiles.set('0/1', tiles.get('0/1')!.slice(0, 10 * 32));
    expect(() => edge.over(read)(0, 299)).toThrow(RangeError);
  });
});
