/** Why a ledger refuses to start, or has stopped. Stable and public; the list is closed. */
export type LedgerFaultCode =
  /** The file belongs to some other program, or to a version of this one that is not known. */
  | 'FILE_FOREIGN'
  | 'SCHEMA_UNKNOWN'
  /** `ledger.db` or `lock.db` is that of another node's log. */
  | 'LEDGER_OF_ANOTHER_NODE'
  /** The signing key is not one that the trust list names for this node's ledger. */
  | 'LEDGER_KEY_UNTRUSTED'
  /** `ledger.db` has fewer entries than `lock.db` says were signed: an old copy of it was put back. */
  | 'LEDGER_BEHIND_LOCK'
  /** `ledger.db` has signed heads that `lock.db` does not know: an old copy of that was put back, or it was lost. */
  | 'LOCK_BEHIND_LEDGER'
  /** A witness holds a head signed by this log with more entries than it knows of: old copies of both files were put back. */
  | 'LEDGER_BEHIND_WITNESS'
  /** A witness holds a head signed by this log whose root is not the log's at that size. */
  | 'LOG_FORKED'
  /** The witness key is not one that the trust list names for this node. */
  | 'WITNESS_KEY_UNTRUSTED'
  /** The policy file cannot be read. */
  | 'POLICY_INVALID'
  /** What is in `lock.db` is not a head of this log signed by a trusted key. */
  | 'LOCK_DAMAGED'
  /** Stored tiles or entries do not give the root that was signed, or the file has tables, views or triggers of somebody else. */
  | 'LEDGER_DAMAGED'
  /** The event store no longer holds what was sequenced from it: an event is gone, another is in its place, or a byte differs. */
  | 'SUBSTRATE_DIVERGENCE'
  /** An event in the store is not signed by a trusted key, or is not the one its row says. */
  | 'EVENT_NOT_AUTHENTIC'
  /** A thread that verifies events has failed: nothing is known about the events it had. */
  | 'VERIFICATION_FAILED'
  /** What was read back from `ledger.db` is not what was written: nothing has been signed. */
  | 'READ_BACK_MISMATCH'
  /** Another process writes this log. */
  | 'LOCK_CONFLICT'
  | 'STORAGE_FULL'
  /** Reading or writing failed; whether the last write is stored is found out at the next start. */
  | 'STORAGE_FAILED'
  | 'PORT_IN_USE'
  /** A log that is to be verified over HTTP does not answer, or answers with an error of its own. */
  | 'UNREACHABLE'
  /** It does not give out its entries: they need the token of an inspector. */
  | 'TOKEN_REFUSED'
  /** A verification was to go on behind one of another level. */
  | 'STATE_OF_ANOTHER_LEVEL'
  /** There is nothing to export before the first signed head, and no export over that of another log. */
  | 'NOTHING_SIGNED'
  | 'EXPORT_OF_ANOTHER_LOG'
  /** The directory holds more entries of the same log than would be written over them. */
  | 'EXPORT_IS_NEWER'
  /** A log cannot be replayed as of a size that it has not. */
  | 'BEYOND_THE_HEAD'
  /** The cases of a person are replayed for a reason, or not at all. */
  | 'REASON_MISSING'
  | 'REASON_TOO_LONG'
  /** A replay of a person could not be put on record, so nothing of it is shown. */
  | 'INSPECTION_NOT_RECORDED'
  /** The ledger was closed while somebody waited for it. */
  | 'CLOSED';

/** What was expected and what was found, for a fault that is about integrity. */
export interface Evidence {
  /** Leaf index, from 0. */
  readonly position?: number;
  readonly eventId?: string;
  readonly expected: string;
  readonly found: string;
}

export class LedgerFault extends Error {
  constructor(
    readonly code: LedgerFaultCode,
    message: string,
    readonly evidence?: Evidence,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LedgerFault';
  }
}

/** Faults of the machine, after which a start from the files may go on: nothing says that the log or its events are wrong. */
const passing: ReadonlySet<LedgerFaultCode> = new Set([
  'STORAGE_FULL',
  'STORAGE_FAILED',
  'READ_BACK_MISMATCH',
  'VERIFICATION_FAILED',
]);

export const isPassing = ({ code }: LedgerFault): boolean => passing.has(code);

/** jest and worker realms have errors of their own: the name decides, not the class. */
export const isLedgerFault = (error: unknown): error is LedgerFault =>
  error instanceof Error && error.name === 'LedgerFault';

/** A fault for whatever was thrown. */
export const asLedgerFault = (error: unknown): LedgerFault =>
  isLedgerFault(error)
    ? error
    : new LedgerFault('STORAGE_FAILED', error instanceof Error ? error.message : String(error), undefined, {
        cause: error,
      });
