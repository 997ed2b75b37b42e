import { ledgerPaths } from '../ledger-paths.js';
import { originOf } from '../log-identity.js';
import { openWitnessStore } from './witness-store.js';

/**
 * Records that the forks of a node's log are settled, so that its facts are accepted again; the proofs stay. Works while
 * the node runs, which looks at every record. Gives how many open forks there were.
 * @throws LedgerFault as `openDatabase`
 */
export const settleForks = (
  directory: string,
  { forked, at, reason }: { readonly forked: string; readonly at: string; readonly reason: string },
): number => {
  const store = openWitnessStore(ledgerPaths(directory).witness, { origin: '', levelBy: () => 'LOCAL' });
  try {
    return store.forks.settle(originOf(forked), at, reason);
  } finally {
    store.close();
  }
};
