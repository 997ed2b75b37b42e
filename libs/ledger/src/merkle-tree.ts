/**
 * The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1 is the same tree). The hash function comes in as a
 * parameter: SHA-256 for every log of the hub today.
 */

/** A cryptographic hash of bytes; always the same length. It keeps nothing of its input, which is used again. */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** The three hash rules of the tree, over one hash function. */
export interface TreeHasher {
  /** Root of the tree without leaves: HASH(). */
  readonly empty: Uint8Array;
  /** HASH(0x00 || leaf). */
  leaf(bytes: Uint8Array): Uint8Array;
  /** HASH(0x01 || left || right). */
  node(left: Uint8Array, right: Uint8Array): Uint8Array;
}

export const treeHasher = (hash: Hash): TreeHasher => {
  const inputOf = reused();
  return {
    empty: hash(new Uint8Array(0)),
    leaf: (bytes) => {
      const input = inputOf(1 + bytes.length);
      input[0] = 0;
      input.set(bytes, 1);
      return hash(input);
    },
    node: (left, right) => {
      const input = inputOf(1 + left.length + right.length);
      input[0] = 1;
      input.set(left, 1);
      input.set(right, 1 + left.length);
      return hash(input);
    },
  };
};

/** Room for the input of a hash, the same again and again: a verification makes two or three hashes of every entry. */
const reused = (): ((length: number) => Uint8Array) => {
  let room = new Uint8Array(0);
  return (length) => {
    if (room.length < length) room = new Uint8Array(Math.max(length, 2 * room.length));
    return room.subarray(0, length);
  };
};

/** A tree by its size and the roots of its perfect subtrees, from left (largest) to right: all an append needs. */
export interface CompactRange {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

export const emptyRange: CompactRange = { size: 0, roots: [] };

/** The range after more leaves, given by their leaf hashes in order. */
export const extendRange = (
  tree: TreeHasher,
  { size, roots }: CompactRange,
  leafHashes: readonly Uint8Array[],
): CompactRange => {
  const stack = [...roots];
  leafHashes.forEach((leafHash, at) => push(tree, stack, size + at, leafHash));
  return { size: size + leafHashes.length, roots: stack };
};

/**
 * The range after one more leaf, and the roots of the perfect subtrees that end with this leaf: at `completed[h]` the one
 * of 2^h leaves, so first the leaf hash itself.
 */
export const appendLeaf = (
  tree: TreeHasher,
  { size, roots }: CompactRange,
  leafHash: Uint8Array,
): { readonly range: CompactRange; readonly completed: readonly Uint8Array[] } => {
  const stack = [...roots];
  const completed = push(tree, stack, size, leafHash);
  return { range: { size: size + 1, roots: stack }, completed };
};

/** Puts leaf number `size` on the stack of perfect subtrees: one more is completed for each trailing 1 bit of `size`. */
const push = (tree: TreeHasher, stack: Uint8Array[], size: number, leafHash: Uint8Array): Uint8Array[] => {
  const completed = [leafHash];
  let root = leafHash;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    root = tree.node(stack.pop()!, root);
    completed.push(root);
  }
  stack.push(root);
  return completed;
};

/** The tree's root: the perfect subtrees folded from right to left. */
export const rootOfRange = (tree: TreeHasher, { roots }: CompactRange): Uint8Array =>
  roots.length === 0 ? tree.empty : roots.reduceRight((right, left) => tree.node(left, right));

/** The largest power of two below `size`, which is at least 2: where RFC 6962 splits a tree. */
export const splitOf = (size: number): number => {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
};

/** MTH of RFC 6962 section 2.1, word for word: the root of the leaves with these hashes. */
export const rootOfLeaves = (tree: TreeHasher, leafHashes: readonly Uint8Array[]): Uint8Array => {
  const [only] = leafHashes;
  if (only === undefined) return tree.empty;
  if (leafHashes.length === 1) return only;
  const split = splitOf(leafHashes.length);
  return tree.node(rootOfLeaves(tree, leafHashes.slice(0, split)), rootOfLeaves(tree, leafHashes.slice(split)));
};

/** A loop and no call for each byte: a verification compares two hashes a leaf. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
};
