import type { TrustList } from '@delta-hub/crypto';
import { LedgerFault } from '../ledger-fault.js';
import type { LedgerReport, VerifyOptions } from './report.js';
import type { FilesSource, UrlSource } from './served-log.js';
import { type DirectorySource, verifyDirectory } from './verify-directory.js';
import { verifyServed } from './verify-served.js';

/** Where a log is read from: a node's own directory, its address, or its exported files. */
export type LedgerSource = DirectorySource | UrlSource | FilesSource;

/**
 * Recomputes EVERYTHING of a node's log: the strict form, signature and canonical text of every event, every leaf hash,
 * every hash of every tile, every root and the signature of every head; from a directory also the agreement with the
 * lock, dense positions, unique ids, and that the event store holds every event byte for byte in the same order. Reads
 * only. A fault is an answer: the report names the first one, whatever the threads do.
 * @throws LedgerFault `UNREACHABLE`, `TOKEN_REFUSED` when there is nothing to judge, `STATE_OF_ANOTHER_LEVEL`
 */
export const verifyLedger = (
  source: LedgerSource,
  trust: TrustList,
  options: VerifyOptions = {},
): Promise<LedgerReport> => {
  const level = options.level ?? 'signatures';
  if (options.since !== undefined && options.since.level !== level)
    throw new LedgerFault('STATE_OF_ANOTHER_LEVEL', `verified before: ${options.since.level}, wanted: ${level}`);
  return 'directory' in source ? verifyDirectory(source, trust, options) : verifyServed(source, trust, options);
};
