import { concat, sameBytes } from './encodings.js';
import type { Primitives } from './primitives.js';

export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

/** HASH(0x00 || leaf), RFC 6962 section 2.1. */
export const leafHash = ({ sha256 }: Primitives, leaf: Uint8Array): Uint8Array | Promise<Uint8Array> =>
  sha256(concat(Uint8Array.of(0), leaf));

/** HASH(0x01 || left || right). */
const nodeHash = ({ sha256 }: Primitives, left: Uint8Array, right: Uint8Array): Uint8Array | Promise<Uint8Array> =>
  sha256(concat(Uint8Array.of(1), left, right));

const isOdd = (value: number): boolean => value % 2 === 1;
const isPowerOfTwo = (value: number): boolean => value === 1 || (!isOdd(value) && isPowerOfTwo(value / 2));
const half = (value: number): number => Math.floor(value / 2);

/** RFC 9162 section 2.1.3.2. */
export const includes = async (
  primitives: Primitives,
  leaf: Uint8Array,
  index: number,
  path: readonly Uint8Array[],
  { size, root }: Head,
): Promise<boolean> => {
  if (index >= size) return false;
  let [place, last] = [index, size - 1];
  let node = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      node = await nodeHash(primitives, sibling, node);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else node = await nodeHash(primitives, node, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(node, root);
};

/** RFC 9162 section 2.1.4.2: whether `old` is a beginning of `now`. */
export const continues = async (
  primitives: Primitives,
  old: Head,
  now: Head,
  path: readonly Uint8Array[],
): Promise<boolean> => {
  if (old.size === 0 || old.size > now.size) return false;
  if (old.size === now.size) return path.length === 0 && sameBytes(old.root, now.root);
  const [first, ...rest] = isPowerOfTwo(old.size) ? [old.root, ...path] : path;
  if (first === undefined) return false;
  let [place, last] = [old.size - 1, now.size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let [before, after] = [first, first];
  for (const node of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      before = await nodeHash(primitives, node, before);
      after = await nodeHash(primitives, node, after);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else after = await nodeHash(primitives, after, node);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && sameBytes(before, old.root) && sameBytes(after, now.root);
};
