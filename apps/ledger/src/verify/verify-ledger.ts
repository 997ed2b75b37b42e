import type { TrustList } from '@delta-hub/crypto';
import type { LedgerReport, VerifyOptions } from './report.js';
import type { UrlSource } from './served-log.js';
import { type DirectorySource, verifyDirectory } from './verify-directory.js';
import { verifyUrl } from './verify-url.js';

/**
 * Recomputes EVERYTHING of a node's log: the strict form, signature and canonical text of every event, every leaf hash,
 * every hash of every tile, every root and the signature of every head; from a directory also the agreement with the
 * lock, dense positions, unique ids, and that the event store holds every event byte for byte in the same order. Reads
 * only. A fault is an answer: the report names the first one.
 * @throws LedgerFault `UNREACHABLE`, `TOKEN_REFUSED` when there is nothing to judge
 */
export const verifyLedger = (
  source: DirectorySource | UrlSource,
  trust: TrustList,
  options: VerifyOptions = {},
): Promise<LedgerReport> =>
  'url' in source ? verifyUrl(source, trust, options) : verifyDirectory(source, trust, options);
