import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendLeaf, emptyRange, extendRange, rootOfLeaves, rootOfRange, treeHasher } from './merkle-tree.js';
import { consistencyPath, inclusionPath, rangeAt, rootAt, verifyConsistency, verifyInclusion } from './proofs.js';
import { decodeEntryBundle, encodeEntryBundle, growTiles, nodesFromTiles, type TileReader } from './tile-contents.js';
import { type TileSlot, tileSlots, tilesOf } from './tiles.js';

const tree = treeHasher((bytes) => hash('sha256', bytes, 'buffer'));
const leafHashes = Array.from({ length: 70_000 }, (_, index) => tree.leaf(Buffer.from(`leaf ${index}`)));

/** Grows a tree batch by batch, keeping what `growTiles` says has changed. */
const grow = (sizes: readonly number[]): { readonly stored: Map<string, Uint8Array>; readonly read: TileReader } => {
  const stored = new Map<string, Uint8Array>();
  const read: TileReader = (level, index) => stored.get(`${level}/${index}`);
  let size = 0;
  for (const next of sizes) {
    for (const { level, index, hashes } of growTiles(tree, size, read, leafHashes.slice(size, next)))
      stored.set(`${level}/${index}`, hashes);
    size = next;
  }
  return { stored, read };
};

describe('walking over leaves one by one', () => {
  const stored = grow([leafHashes.length]).stored;
  const read: TileReader = (level, index) => stored.get(`${level}/${index}`);
  const walk = (from: number, to: number): TileSlot[] => {
    let range = rangeAt(nodesFromTiles(tree, read), from);
    return leafHashes.slice(from, to).flatMap((leafHash, at) => {
      const next = appendLeaf(tree, range, leafHash);
      range = next.range;
      return tileSlots(from + at, next.completed);
    });
  };
  const slots = walk(0, leafHashes.length);

  it('comes to every hash of every tile, once and in order', () => {
    const level = (wanted: number): TileSlot[] => slots.filter((slot) => slot.level === wanted);
    expect([0, 1, 2, 3].map((wanted) => level(wanted).length)).toEqual([70_000, 273, 1, 0]);
    for (const { level: at, index } of tilesOf(leafHashes.length)) {
      const walked = level(at).slice(index * 256, (index + 1) * 256);
      expect(Buffer.concat(walked.map(({ hash: found }) => found)).equals(read(at, index)!)).toBe(true);
      expect(walked[0]?.index).toBe(index * 256);
    }
  });

  it.each([1, 255, 256, 257, 65_535, 65_536, 65_800])('goes on behind %i leaves as if it had seen them', (size) => {
    const before = walk(0, size).length;
    const later = walk(size, size + 300);
    expect(later).toEqual(slots.slice(before, before + later.length));
  });
});

describe('growing tiles', () => {
  const size = 70_000;
  const { stored, read } = grow([1, 2, 255, 256, 257, 511, 700, 1024, 65_535, 65_536, 65_537, 70_000]);
  const nodes = nodesFromTiles(tree, read);

  it('leaves exactly the tiles that a tree of that size has, each as wide', () => {
    const widths = new Map([...stored].map(([name, hashes]) => [name, hashes.length / 32]));
    expect(widths).toEqual(new Map(tilesOf(size).map(({ level, index, width }) => [`${level}/${index}`, width])));
  });

  it('holds MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l])', () => {
    expect(Buffer.from(stored.get('0/273')!.subarray(0, 32))).toEqual(leafHashes[273 * 256]);
    const subtree = rootOfLeaves(tree, leafHashes.slice(257 * 256, 258 * 256));
    expect(Buffer.from(stored.get('1/1')!.subarray(32, 64))).toEqual(subtree);
    const largest = rootOfLeaves(tree, leafHashes.slice(0, 65_536));
    expect(Buffer.from(stored.get('2/0')!)).toEqual(largest);
  });

  it('gives every earlier and the present root', () => {
    for (const at of [0, 1, 2, 3, 255, 256, 257, 4096, 65_535, 65_536, 65_537, 69_999, 70_000])
      expect(rootAt(tree, nodes, at)).toEqual(
        rootOfRange(tree, extendRange(tree, emptyRange, leafHashes.slice(0, at))),
      );
  });

  it('gives proofs that verify', () => {
    const root = rootAt(tree, nodes, size);
    fc.assert(
      fc.property(fc.nat(size - 1), fc.integer({ min: 1, max: size }), (index, size1) => {
        const path = inclusionPath(tree, nodes, index, size);
        expect(verifyInclusion(tree, { index, size, leafHash: leafHashes[index]!, path, root })).toBe(true);
        const root1 = rootAt(tree, nodes, size1);
        const steps = consistencyPath(tree, nodes, size1, size);
        expect(verifyConsistency(tree, { size1, root1, size2: size, root2: root, path: steps })).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('comes to the same tiles however the leaves are divided', () => {
    const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 1200 }), { maxLength: 6 });
    fc.assert(
      fc.property(sizes, (some) => {
        const steps = [...some, 1200].toSorted((a, b) => a - b);
        expect(grow(steps).stored).toEqual(grow([1200]).stored);
      }),
      { numRuns: 20 },
    );
  });

  it('does not guess what a missing or short tile holds', () => {
    expect(() => growTiles(tree, 1, () => undefined, leafHashes.slice(1, 2))).toThrow('tile 0/0');
    expect(() => nodesFromTiles(tree, () => new Uint8Array(32))(0, 1)).toThrow('tile 0/0');
  });
});

describe('entry bundles', () => {
  it('are entries after their length in 16 bits, big-endian', () => {
    expect(encodeEntryBundle([Uint8Array.of(7), new Uint8Array(0), new Uint8Array(258)]).subarray(0, 7)).toEqual(
      Uint8Array.of(0, 1, 7, 0, 0, 1, 2),
    );
  });

  it('are read back as they are written', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 20 }), (entries) => {
        expect(decodeEntryBundle(encodeEntryBundle(entries))).toEqual(entries);
      }),
    );
  });

  it('that are cut off are not read', () => {
    expect(decodeEntryBundle(Uint8Array.of(0))).toBeUndefined();
    expect(decodeEntryBundle(Uint8Array.of(0, 2, 1))).toBeUndefined();
  });

  it('hold entries of up to 65,535 bytes', () => {
    expect(decodeEntryBundle(encodeEntryBundle([new Uint8Array(65_535)]))?.[0]).toHaveLength(65_535);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
});
