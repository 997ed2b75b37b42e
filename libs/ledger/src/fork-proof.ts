/** The portable proof that the key of a log signed two histories. */
import { fromBase64, toBase64 } from './encodings.js';
import { sameBytes, type TreeHasher } from './merkle-tree.js';
import { verifyConsistency } from './proofs.js';
import { type NoteVerifier, openNote } from './signed-note.js';
import { parseTreeHead, type TreeHead } from './tree-head.js';

export interface ForkProof {
  readonly origin: string;
  /** Two signed heads; the first is not larger than the second. */
  readonly first: string;
  readonly second: string;
  /** For heads of two sizes: the root that the tree of the second has at the size of the first, and the proof of it. */
  readonly consistency?: { readonly root: Uint8Array; readonly path: readonly Uint8Array[] };
}

export const formatForkProof = ({ origin, first, second, consistency }: ForkProof): string =>
  `${JSON.stringify({
    origin,
    first,
    second,
    ...(consistency === undefined ? {} : { root: toBase64(consistency.root), path: consistency.path.map(toBase64) }),
  })}\n`;

/** Undefined when the text is not one of `formatForkProof`. */
export const parseForkProof = (text: string): ForkProof | undefined => {
  const read = readJson(text);
  const { origin, first, second, root, path } = read ?? {};
  if (typeof origin !== 'string' || typeof first !== 'string' || typeof second !== 'string') return undefined;
  if (root === undefined && path === undefined) return { origin, first, second };
  if (typeof root !== 'string' || !Array.isArray(path)) return undefined;
  const hashes = [root, ...path.map(String)].map(fromBase64).filter((hash) => hash !== undefined);
  const [at, ...rest] = hashes;
  if (at === undefined || rest.length < path.length) return undefined;
  return { origin, first, second, consistency: { root: at, path: rest } };
};

const readJson = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** Whether it proves what it says: both heads are signed by the log, and they cannot be of one tree. */
export const verifyForkProof = (tree: TreeHasher, proof: ForkProof, verifiers: readonly NoteVerifier[]): boolean => {
  const [first, second] = [proof.first, proof.second].map((note) => headIn(tree, note, verifiers));
  if (first?.origin !== proof.origin || second?.origin !== proof.origin) return false;
  if (first.size === second.size) return !sameBytes(first.root, second.root);
  if (proof.consistency === undefined) return false;
  const { root, path } = proof.consistency;
  if (sameBytes(root, first.root)) return false;
  return verifyConsistency(tree, { size1: first.size, root1: root, size2: second.size, root2: second.root, path });
};

const headIn = (tree: TreeHasher, note: string, verifiers: readonly NoteVerifier[]): TreeHead | undefined => {
  const opened = openNote(note, verifiers);
  return opened.ok ? parseTreeHead(opened.text, tree.empty.length) : undefined;
};
