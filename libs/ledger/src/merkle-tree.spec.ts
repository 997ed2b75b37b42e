import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyRange, extendRange, rootOfLeaves, rootOfRange, treeHasher } from './merkle-tree.js';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const tree = treeHasher(sha256);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The eight leaves of Certificate Transparency's own tests, and the roots of their first n. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('RFC 6962 section 2.1', () => {
  const hashes = leaves.map((leaf) => tree.leaf(Buffer.from(leaf, 'hex')));

  it.each(roots.map((root, size) => ({ root, size })))('root of the first $size reference leaves', ({ root, size }) => {
    expect(hex(rootOfLeaves(tree, hashes.slice(0, size)))).toBe(root);
    expect(hex(rootOfRange(tree, extendRange(tree, emptyRange, hashes.slice(0, size))))).toBe(root);
  });

  it('keeps leaves and nodes apart: a leaf that looks like a node hashes otherwise', () => {
    const [left, right] = [hashes[0]!, hashes[1]!];
    const node = tree.node(left, right);
    expect(tree.leaf(Buffer.concat([left, right]))).not.toEqual(node);
  });
});

describe('a compact range', () => {
  it('has the root of RFC 6962 however its leaves are divided into batches', () => {
    const batches = fc.array(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 12 }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(batches, (groups) => {
        const range = groups.reduce((so, group) => extendRange(tree, so, group), emptyRange);
        const all = groups.flat();
        expect(range.size).toBe(all.length);
        expect(hex(rootOfRange(tree, range))).toBe(hex(rootOfLeaves(tree, all)));
      }),
    );
  });

  it('leaves the range it extends as it was', () => {
    const range = extendRange(tree, emptyRange, [tree.empty]);
    extendRange(tree, range, [tree.empty]);
    expect(range).toEqual({ size: 1, roots: [tree.empty] });
  });
});
