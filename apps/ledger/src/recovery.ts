import type { NoteVerifier, TreeHasher } from '@delta-hub/ledger';
import { LedgerFault } from './ledger-fault.js';
import type { LedgerStore, LockStore, SignedHead, TreeState } from './ledger-store.js';
import { headDifference, recheck } from './recheck.js';
import { headFault } from './signed-head.js';

/** What a log is made of, opened for the one process that writes it. */
export interface LogParts {
  readonly origin: string;
  readonly tree: TreeHasher;
  readonly store: LedgerStore;
  readonly lock: LockStore;
  /** The trusted keys of this log; any of them may have signed the heads that are there. */
  readonly verifiers: readonly NoteVerifier[];
}

/** Where a log stands at its start. `pending` is staged and was never signed, as far as the lock knows. */
export interface Standing {
  readonly signed: SignedHead | undefined;
  readonly pending: TreeState | undefined;
}

/** How many entries before the newest head are read back at a start, and compared with the event store. */
export const CHECKED_AT_START = 10_000;

/**
 * Finds out how the last run ended; the first thing every start does, crash or not. The lock is the truth about what was
 * signed. What is staged beyond it and reads back well is `pending`, to be signed now; what does not was never signed,
 * so it is taken back and comes again from the event store.
 * @throws LedgerFault `LEDGER_OF_ANOTHER_NODE`, `LOCK_DAMAGED`, `LEDGER_BEHIND_LOCK`, `LOCK_BEHIND_LEDGER`, `LEDGER_DAMAGED`
 */
export const recover = (parts: LogParts): Standing => {
  const { store } = parts;
  claimFiles(parts);
  const signed = readLock(parts);
  assertNothingRolledBack(store, signed);
  if (signed !== undefined) assertIntact(parts, signed);
  const staged = store.newestHead();
  if (staged === undefined || staged.size === (signed?.size ?? 0)) return { signed, pending: undefined };
  if (recheck(parts.tree, store, { from: signed?.size ?? 0, to: staged.size, states: [staged] }) === undefined)
    return { signed, pending: staged };
  store.discardAfter(signed?.size ?? 0);
  if (signed !== undefined) assertIntact(parts, signed);
  return { signed, pending: undefined };
};

const claimFiles = ({ store, lock, origin }: LogParts): void => {
  const stranger = [store.claim(origin), ...lock.origins()].find((found) => found !== origin);
  if (stranger !== undefined)
    throw new LedgerFault('LEDGER_OF_ANOTHER_NODE', `this is the log ${stranger}, not ${origin}`, {
      expected: origin,
      found: stranger,
    });
};

const readLock = ({ lock, origin, verifiers }: LogParts): SignedHead | undefined => {
  const signed = lock.read(origin);
  if (signed === undefined) return undefined;
  const fault = headFault(signed, verifiers);
  if (fault === undefined) return signed;
  throw new LedgerFault('LOCK_DAMAGED', `the head in the lock does not verify: ${fault}`, {
    position: signed.size - 1,
    expected: 'a head signed by a trusted key of this log',
    found: fault,
  });
};

const assertNothingRolledBack = (store: LedgerStore, signed: SignedHead | undefined): void => {
  const known = signed?.size ?? 0;
  const staged = store.newestHead()?.size ?? 0;
  if (staged < known)
    throw new LedgerFault('LEDGER_BEHIND_LOCK', `the log has ${staged} entries, but ${known} were signed`, {
      expected: String(known),
      found: String(staged),
    });
  const published = store.newestSignedHead()?.size ?? 0;
  if (published > known)
    throw new LedgerFault('LOCK_BEHIND_LEDGER', `the log has a signed head of ${published}, the lock one of ${known}`, {
      expected: String(published),
      found: String(known),
    });
};

/** The signed head must follow from what is stored: its tiles, and the entries before it. */
const assertIntact = ({ tree, store }: LogParts, signed: SignedHead): void => {
  const from = Math.max(0, signed.size - CHECKED_AT_START);
  const difference =
    recheck(tree, store, { from, to: signed.size, states: [signed] }) ??
    (store.newestHead()?.size === signed.size ? headDifference(store.newestHead(), signed) : undefined);
  if (difference !== undefined)
    throw new LedgerFault('LEDGER_DAMAGED', 'what is stored does not give the root that was signed', difference);
};
