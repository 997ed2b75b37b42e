/**
 * The rule of a witness, https://c2sp.org/tlog-witness: which heads it may cosign, and what it answers otherwise. Two roots
 * of one size are 422, as the text has it since July 2026; version 1.0.0 said 409, which asks the client to try again.
 */
import { fromBase64 } from './encodings.js';
import { sameBytes, type TreeHasher } from './merkle-tree.js';
import { verifyConsistency } from './proofs.js';
import { type NoteVerifier, openNote, parseNote } from './signed-note.js';
import { parseTreeHead, type TreeHead } from './tree-head.js';

const MOST_HASHES = 63;

export interface AddCheckpoint {
  readonly oldSize: number;
  readonly path: readonly Uint8Array[];
  readonly note: string;
}

/** Reads the body of a request; undefined when it is malformed. */
export const parseAddCheckpoint = (body: string): AddCheckpoint | undefined => {
  const blank = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(0, blank)).split('\n');
  const [, digits] = /^old (0|[1-9]\d*)$/.exec(first) ?? [];
  const path = lines.map(fromBase64).filter((hash) => hash !== undefined);
  const oldSize = Number(digits);
  if (digits === undefined || !Number.isSafeInteger(oldSize)) return undefined;
  if (path.length < lines.length || path.length > MOST_HASHES) return undefined;
  return { oldSize, path, note: body.slice(blank + 2) };
};

export type WitnessDecision =
  | { readonly status: 200; readonly head: TreeHead; readonly text: string }
  | { readonly status: 400 | 403 | 404 }
  /** `size`: of the newest head that was cosigned. */
  | { readonly status: 409; readonly size: number }
  /** `head`: the log signed it, and it cannot be cosigned; with the size of the newest one it is a fork. */
  | { readonly status: 422; readonly head: TreeHead };

/**
 * Judges a request. `logs` gives the trusted keys of a log by its origin, undefined for a log that is not witnessed;
 * `latest` the newest head cosigned for it.
 */
export const witnessDecision = (
  tree: TreeHasher,
  request: AddCheckpoint,
  logs: (origin: string) => readonly NoteVerifier[] | undefined,
  latest: (origin: string) => TreeHead | undefined,
): WitnessDecision => {
  const note = parseNote(request.note);
  const head = note === undefined ? undefined : parseTreeHead(note.text, tree.empty.length);
  if (note === undefined || head === undefined) return { status: 400 };
  const verifiers = logs(head.origin);
  if (verifiers === undefined) return { status: 404 };
  if (!openNote(request.note, verifiers).ok) return { status: 403 };
  if (request.oldSize > head.size) return { status: 400 };
  const known = latest(head.origin);
  if (request.oldSize !== (known?.size ?? 0)) return { status: 409, size: known?.size ?? 0 };
  return isConsistent(tree, request, known, head) ? { status: 200, head, text: note.text } : { status: 422, head };
};

const isConsistent = (
  tree: TreeHasher,
  { oldSize, path }: AddCheckpoint,
  known: TreeHead | undefined,
  head: TreeHead,
): boolean => {
  if (head.size === 0) return path.length === 0 && sameBytes(head.root, tree.empty);
  if (oldSize === 0 || known === undefined) return path.length === 0;
  return verifyConsistency(tree, { size1: oldSize, root1: known.root, size2: head.size, root2: head.root, path });
};
