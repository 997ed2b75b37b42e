/** Inclusion and consistency proofs of RFC 6962 sections 2.1.1 and 2.1.2, built from the tree's nodes and verified. */
import { type CompactRange, sameBytes, splitOf, type TreeHasher } from './merkle-tree.js';

/**
 * The root of the perfect subtree of `2 ** level` leaves that begins at leaf `index * 2 ** level`.
 * Only asked for subtrees that lie wholly inside the tree.
 */
export type NodeReader = (level: number, index: number) => Uint8Array;

/** The root of the tree's first `size` leaves. */
export const rootAt = (tree: TreeHasher, read: NodeReader, size: number): Uint8Array => {
  assertSize(size);
  return size === 0 ? tree.empty : rootBetween(tree, read, 0, size);
};

/** The compact range of the tree's first `size` leaves: where an append to them goes on. */
export const rangeAt = (read: NodeReader, size: number): CompactRange => {
  assertSize(size);
  const roots: Uint8Array[] = [];
  for (let begin = 0; begin < size;) {
    let level = 0;
    while (2 ** (level + 1) <= size - begin) level += 1;
    roots.push(read(level, begin / 2 ** level));
    begin += 2 ** level;
  }
  return { size, roots };
};

/** PATH(m, D[n]): the nodes beside the way from leaf `index` to the root of the tree of `size` leaves, lowest first. */
export const inclusionPath = (tree: TreeHasher, read: NodeReader, index: number, size: number): Uint8Array[] => {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`);
  const path: Uint8Array[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    const isLeft = index < middle;
    path.push(isLeft ? rootBetween(tree, read, middle, end) : rootBetween(tree, read, begin, middle));
    [begin, end] = isLeft ? [begin, middle] : [middle, end];
  }
  return path.reverse();
};

/** PROOF(m, D[n]): what shows that the tree of `size1` leaves is the beginning of the tree of `size2` leaves. */
export const consistencyPath = (tree: TreeHasher, read: NodeReader, size1: number, size2: number): Uint8Array[] => {
  assertSize(size2);
  if (!Number.isSafeInteger(size1) || size1 < 1 || size1 > size2)
    throw new RangeError(`no consistency proof between trees of ${size1} and ${size2} leaves`);
  const path: Uint8Array[] = [];
  let [begin, end] = [0, size2];
  while (end !== size1) {
    const middle = begin + splitOf(end - begin);
    const isLeft = size1 <= middle;
    path.push(isLeft ? rootBetween(tree, read, middle, end) : rootBetween(tree, read, begin, middle));
    [begin, end] = isLeft ? [begin, middle] : [middle, end];
  }
  // The verifier knows the root of the old tree, and so this node too when it is that root.
  if (begin > 0) path.push(rootBetween(tree, read, begin, end));
  return path.reverse();
};

/** The root of the leaves from `begin` to before `end`, a subtree as RFC 6962 splits it. */
const rootBetween = (tree: TreeHasher, read: NodeReader, begin: number, end: number): Uint8Array => {
  const level = levelOf(end - begin);
  if (level !== undefined) return read(level, begin / (end - begin));
  const middle = begin + splitOf(end - begin);
  return tree.node(rootBetween(tree, read, begin, middle), rootBetween(tree, read, middle, end));
};

/** The level of a perfect subtree with `count` leaves; undefined when there is none. Exact for every safe integer. */
const levelOf = (count: number): number | undefined => {
  let level = 0;
  while (2 ** level < count) level += 1;
  return 2 ** level === count ? level : undefined;
};

const assertSize = (size: number): void => {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is not the size of a tree`);
};

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** Whether the leaf is at `index` of the tree (RFC 9162 section 2.1.3.2). */
export const verifyInclusion = (tree: TreeHasher, { index, size, leafHash, path, root }: Inclusion): boolean => {
  if (!isSize(index) || !isSize(size) || index >= size || !areHashes(tree, [leafHash, root, ...path])) return false;
  let [place, last] = [index, size - 1];
  let node = leafHash;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      node = tree.node(sibling, node);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else node = tree.node(node, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(node, root);
};

export interface Consistency {
  readonly size1: number;
  readonly root1: Uint8Array;
  readonly size2: number;
  readonly root2: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/**
 * Whether tree 1 is the beginning of tree 2 (RFC 9162 section 2.1.4.2). From the empty tree nothing can be proved,
 * so `size1` 0 is always refused; who starts from nothing trusts the first head and says so.
 */
export const verifyConsistency = (tree: TreeHasher, { size1, root1, size2, root2, path }: Consistency): boolean => {
  if (!isSize(size1) || !isSize(size2) || size1 === 0 || size1 > size2) return false;
  if (size1 === size2) return path.length === 0 && sameBytes(root1, root2);
  if (!areHashes(tree, [root1, root2, ...path])) return false;
  const nodes = levelOf(size1) !== undefined ? [root1, ...path] : path;
  const [first, ...rest] = nodes;
  if (first === undefined) return false;
  let [place, last] = [size1 - 1, size2 - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let [old, current] = [first, first];
  for (const node of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      old = tree.node(node, old);
      current = tree.node(node, current);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else current = tree.node(current, node);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(old, root1) && sameBytes(current, root2);
};

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);
const areHashes = (tree: TreeHasher, values: readonly Uint8Array[]): boolean =>
  values.every(({ length }) => length === tree.empty.length);
