import {
  consistencyPath,
  type NodeReader,
  nodesFromTiles,
  type NoteVerifier,
  rootAt,
  sameBytes,
  toBase64,
} from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import type { LedgerStore, SignedHead } from '../ledger-store.js';
import { sha256Tree } from '../log-identity.js';
import { openHead } from '../signed-head.js';

/** What witnessing needs to know of the node's own log. */
export interface OwnLog {
  readonly origin: string;
  readonly verifiers: readonly NoteVerifier[];
  /** The newest head in the lock; undefined before the first. */
  readonly head: () => SignedHead | undefined;
  readonly store: Pick<LedgerStore, 'tile'>;
}

const nodesOf = ({ store }: OwnLog): NodeReader =>
  nodesFromTiles(sha256Tree, (level, index) => store.tile(level, index));

/** The proof that the log of `size1` entries is the beginning of the log of `size2`. */
export const ownConsistency = (log: OwnLog, size1: number, size2: number): readonly Uint8Array[] =>
  size1 === 0 || size1 === size2 ? [] : consistencyPath(sha256Tree, nodesOf(log), size1, size2);

/**
 * What is wrong with this log when somebody holds `note`, said to be a head of it; undefined when nothing is, or when no
 * key of this log signed the note (a witness that lies must not be able to stop a log).
 */
export const contradiction = (log: OwnLog, note: string, holder: string): LedgerFault | undefined => {
  const opened = openHead(note, log.origin, log.verifiers);
  if (!opened.ok) return undefined;
  const { size, root } = opened.head;
  const known = log.head()?.size ?? 0;
  if (size > known)
    return new LedgerFault(
      'LEDGER_BEHIND_WITNESS',
      `${holder} holds a head of ${size} entries signed by this log, which knows of ${known}: old copies of ledger.db and lock.db were put back, or the ledger key was stolen. Put the newest copies back; sign nothing with this key until that is settled`,
      { position: known, expected: `${size} entries or more`, found: `${known}` },
    );
  const own = rootAt(sha256Tree, nodesOf(log), size);
  if (sameBytes(own, root)) return undefined;
  return new LedgerFault(
    'LOG_FORKED',
    `${holder} holds a head of ${size} entries signed by this log, but with another root: this log was continued from an old copy, or the ledger key was stolen. Compare both histories before anything is signed again`,
    { position: Math.max(0, size - 1), expected: toBase64(root), found: toBase64(own) },
  );
};
