import { join } from 'node:path';

/** The places of a log in its node's directory. */
export const ledgerPaths = (directory: string) => ({
  ledger: join(directory, 'ledger.db'),
  lock: join(directory, 'lock.db'),
  /** What this node cosigned for others, what they cosigned for it, and the forks it knows. */
  witness: join(directory, 'witness.db'),
  /** Whose cosignatures count: a c2sp.org/tlog-policy text. */
  policy: join(directory, 'witness-policy.txt'),
  /** Who replayed the cases of a person, and why. */
  inspections: join(directory, 'inspections.ndjson'),
});
