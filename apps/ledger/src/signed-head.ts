import { type NoteVerifier, openNote, parseTreeHead, sameBytes, signNote, formatTreeHead } from '@delta-hub/ledger';
import type { NoteSigner, TreeHead } from '@delta-hub/ledger';
import type { SignedHead } from './ledger-store.js';
import { sha256Tree } from './log-identity.js';

export const signHead = (head: TreeHead, signer: NoteSigner): SignedHead => ({
  ...head,
  note: signNote(formatTreeHead(head), signer),
});

export type OpenedHead =
  { readonly ok: true; readonly head: SignedHead } | { readonly ok: false; readonly reason: string };

/** Verifies a checkpoint of the log `origin`, and only then reads it. */
export const openHead = (note: string, origin: string, verifiers: readonly NoteVerifier[]): OpenedHead => {
  const opened = openNote(note, verifiers);
  if (!opened.ok) return { ok: false, reason: opened.reason };
  const head = parseTreeHead(opened.text, sha256Tree.empty.length);
  if (head === undefined) return { ok: false, reason: 'MALFORMED' };
  if (head.origin !== origin) return { ok: false, reason: `ORIGIN ${head.origin}` };
  return { ok: true, head: { ...head, note } };
};

/** What is wrong with a stored head whose size and root stand beside its note; undefined when nothing is. */
export const headFault = (stored: SignedHead, verifiers: readonly NoteVerifier[]): string | undefined => {
  const opened = openHead(stored.note, stored.origin, verifiers);
  if (!opened.ok) return opened.reason;
  if (opened.head.size !== stored.size) return `size ${stored.size} beside a note of size ${opened.head.size}`;
  return sameBytes(opened.head.root, stored.root) ? undefined : 'root beside a note of another root';
};
