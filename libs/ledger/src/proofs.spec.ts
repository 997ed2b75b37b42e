import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyRange, extendRange, rootOfLeaves, treeHasher } from './merkle-tree.js';
import {
  consistencyPath,
  inclusionPath,
  type NodeReader,
  rangeAt,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from './proofs.js';

const tree = treeHasher((bytes) => hash('sha256', bytes, 'buffer'));
const folder = fileURLToPath(new URL('../../../test/vectors/merkle', import.meta.url));

const vectors = <V>(kind: string): { readonly name: string; readonly vector: V }[] =>
  readdirSync(`${folder}/${kind}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => ({ name, vector: JSON.parse(readFileSync(`${folder}/${kind}/${name}`, 'utf8')) as V }));

const bytes = (base64: string | null): Uint8Array => new Uint8Array(Buffer.from(base64 ?? '', 'base64'));

interface InclusionVector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe('transparency-dev/merkle testdata/inclusion', () => {
  const all = vectors<InclusionVector>('inclusion');

  it('has 98 vectors', () => expect(all).toHaveLength(98));

  it.each(all)('$name', ({ vector }) => {
    const { leafIdx: index, treeSize: size, leafHash, root, proof, wantErr } = vector;
    const path = (proof ?? []).map(bytes);
    expect(verifyInclusion(tree, { index, size, leafHash: bytes(leafHash), path, root: bytes(root) })).toBe(!wantErr);
  });
});

interface ConsistencyVector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

describe('transparency-dev/merkle testdata/consistency', () => {
  const all = vectors<ConsistencyVector>('consistency');

  it('has 98 vectors, those with the empty tree among them', () => {
    expect(all).toHaveLength(98);
    expect(all.filter(({ vector }) => vector.size1 === 0 && vector.wantErr).length).toBeGreaterThanOrEqual(3);
  });

  it.each(all)('$name', ({ vector }) => {
    const { size1, size2, root1, root2, proof, wantErr } = vector;
    const path = (proof ?? []).map(bytes);
    expect(verifyConsistency(tree, { size1, root1: bytes(root1), size2, root2: bytes(root2), path })).toBe(!wantErr);
  });
});

const leafHash = (index: number): Uint8Array => tree.leaf(Buffer.from(`leaf ${index}`));
const leafHashes = (size: number): Uint8Array[] => Array.from({ length: size }, (_, index) => leafHash(index));

/** Nodes straight from the definition. */
const nodesOf =
  (hashes: readonly Uint8Array[]): NodeReader =>
  (level, index) =>
    rootOfLeaves(tree, hashes.slice(index * 2 ** level, (index + 1) * 2 ** level));

const flipped = (value: Uint8Array, bit: number): Uint8Array => {
  const copy = new Uint8Array(value);
  copy[Math.floor(bit / 8)]! ^= 1 << (bit % 8);
  return copy;
};

describe('every tree of up to 70 leaves', () => {
  const hashes = leafHashes(70);
  const read = nodesOf(hashes);

  it('proves every one of its leaves', () => {
    for (let size = 1; size <= 70; size += 1) {
      const root = rootOfLeaves(tree, hashes.slice(0, size));
      expect(rootAt(tree, read, size)).toEqual(root);
      for (let index = 0; index < size; index += 1) {
        const path = inclusionPath(tree, read, index, size);
        expect(verifyInclusion(tree, { index, size, leafHash: hashes[index]!, path, root })).toBe(true);
      }
    }
  });

  it('goes on from its compact range', () => {
    for (let size = 0; size <= 70; size += 1)
      expect(rangeAt(read, size)).toEqual(extendRange(tree, emptyRange, hashes.slice(0, size)));
  });

  it('is proved to be the beginning of every larger one', () => {
    const roots = hashes.map((_, index) => rootOfLeaves(tree, hashes.slice(0, index + 1)));
    for (let size2 = 1; size2 <= 70; size2 += 1)
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const path = consistencyPath(tree, read, size1, size2);
        const [root1, root2] = [roots[size1 - 1]!, roots[size2 - 1]!];
        expect(verifyConsistency(tree, { size1, root1, size2, root2, path })).toBe(true);
      }
  });
});

/** A tree, one of its leaves, and numbers from which a test picks what to falsify. */
const cases = fc.record({ size: fc.integer({ min: 1, max: 300 }), at: fc.nat(), item: fc.nat(), bit: fc.nat(255) });

describe('a falsified proof fails', () => {
  const hashes = leafHashes(300);
  const read = nodesOf(hashes);

  it('inclusion: any bit of leaf, path or root; any other index; an item more or less', () => {
    fc.assert(
      fc.property(cases, ({ size, at, item, bit }) => {
        const index = at % size;
        const path = inclusionPath(tree, read, index, size);
        const good = { index, size, leafHash: hashes[index]!, path, root: rootAt(tree, read, size) };
        expect(verifyInclusion(tree, good)).toBe(true);

        const bad = (change: object): boolean => verifyInclusion(tree, { ...good, ...change });
        expect(bad({ leafHash: flipped(good.leafHash, bit) })).toBe(false);
        expect(bad({ root: flipped(good.root, bit) })).toBe(false);
        expect(bad({ index: index + 1 })).toBe(false);
        expect(bad({ index: index - 1 })).toBe(false);
        expect(bad({ path: [...path, good.root] })).toBe(false);
        if (path.length === 0) return;
        expect(bad({ path: path.with(item % path.length, flipped(path[item % path.length]!, bit)) })).toBe(false);
        expect(bad({ path: path.slice(1) })).toBe(false);
        expect(bad({ path: path.slice(0, -1) })).toBe(false);
      }),
    );
  });

  it('consistency: any bit of a path or a root; an item more or less', () => {
    fc.assert(
      fc.property(cases, ({ size: size2, at, item, bit }) => {
        const size1 = 1 + (at % size2);
        const path = consistencyPath(tree, read, size1, size2);
        const good = { size1, root1: rootAt(tree, read, size1), size2, root2: rootAt(tree, read, size2), path };
        expect(verifyConsistency(tree, good)).toBe(true);

        const bad = (change: object): boolean => verifyConsistency(tree, { ...good, ...change });
        expect(bad({ root1: flipped(good.root1, bit) })).toBe(false);
        expect(bad({ root2: flipped(good.root2, bit) })).toBe(false);
        expect(bad({ size1: 0 })).toBe(false);
        expect(bad({ size2: size1 - 1 })).toBe(false);
        expect(bad({ path: [...path, good.root2] })).toBe(false);
        if (path.length === 0) return;
        expect(bad({ path: path.with(item % path.length, flipped(path[item % path.length]!, bit)) })).toBe(false);
        expect(bad({ path: path.slice(1) })).toBe(false);
      }),
    );
  });
});

describe('what cannot be proved', () => {
  it('is a fault to ask for', () => {
    const read = nodesOf(leafHashes(4));
    expect(() => inclusionPath(tree, read, 4, 4)).toThrow(RangeError);
    expect(() => inclusionPath(tree, read, -1, 4)).toThrow(RangeError);
    expect(() => inclusionPath(tree, read, 0, 0)).toThrow(RangeError);
    expect(() => inclusionPath(tree, read, 0, 2 ** 53)).toThrow(RangeError);
    expect(() => consistencyPath(tree, read, 0, 4)).toThrow(RangeError);
    expect(() => consistencyPath(tree, read, 5, 4)).toThrow(RangeError);
    expect(() => rootAt(tree, read, -1)).toThrow(RangeError);
    expect(rootAt(tree, read, 0)).toEqual(tree.empty);
  });

  it('asks only for nodes inside the tree, also where sizes pass 32 bits', () => {
    const size = 2 ** 49 - 1;
    const outside: string[] = [];
    const read: NodeReader = (level, index) => {
      if ((index + 1) * 2 ** level > size) outside.push(`${level}/${index}`);
      return tree.empty;
    };
    expect(inclusionPath(tree, read, 2 ** 40 + 1, size)).toHaveLength(49);
    expect(outside).toEqual([]);
  });
});
