import { join } from 'node:path';

/** The places of a log in its node's directory. */
export const ledgerPaths = (directory: string): { readonly ledger: string; readonly lock: string } => ({
  ledger: join(directory, 'ledger.db'),
  lock: join(directory, 'lock.db'),
});
