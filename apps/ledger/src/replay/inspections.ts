import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Caller } from '@delta-hub/crypto';
import { LedgerFault } from '../ledger-fault.js';

/** Who replayed the cases of a person and why. The person is named by the hub's pseudonymous number. */
export interface Inspection extends Pick<Caller, 'officerId' | 'role' | 'agencyId'> {
  readonly personId: string;
  readonly reason: string;
  /** Entries of the head that was replayed. */
  readonly size: number;
}

/** Makes a replay of a person a fact of the node, which its log will hold; before anything is answered. */
export type RecordInspection = (inspection: Inspection) => Promise<void>;

/** Who says by a command that they look at the files of a node, when (UTC). */
export interface FileInspection extends Omit<Inspection, 'role'> {
  readonly at: string;
}

const MOST = 500;

/** @throws LedgerFault `REASON_MISSING`, `REASON_TOO_LONG` */
export const assertReason = (reason: string | undefined): void => {
  if (reason === undefined || reason.trim() === '')
    throw new LedgerFault('REASON_MISSING', 'the cases of a person are replayed for a reason, which is recorded');
  if ([...reason].length > MOST) throw new LedgerFault('REASON_TOO_LONG', `a reason has at most ${MOST} characters`);
};

/**
 * Adds a line to the record beside the files of a node; it is on the disk when the call returns. Whoever has the files
 * can read them without leaving a line: it is for those who want to show what they did.
 */
export const recordInFile = (
  file: string,
  { at, officerId, agencyId, personId, reason, size }: FileInspection,
): void => {
  const handle = openSync(file, 'a', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ at, officerId, agencyId, personId, reason, size })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
