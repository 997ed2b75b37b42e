import type { TrustList } from '@delta-hub/crypto';
import { loggedKeys } from '../keys/logged-keys.js';
import { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { openStoredLog, readStoredLock } from '../verify/stored-log.js';
import { storedParts } from '../verify/stored-parts.js';
import { newestWitnessedIn } from '../witness/standing.js';
import { readCosigned } from '../witness/witness-store.js';
import { type EvidenceBundle, EvidenceMaker } from './evidence-maker.js';

/**
 * The evidence bundle of an event out of a node's directory; the node may be running. Undefined when the event is in no head.
 * @throws LedgerFault `NOTHING_SIGNED`, `EVENT_NOT_AUTHENTIC`, `LEDGER_KEY_UNTRUSTED`, and those of a damaged file
 */
export const proveFromDirectory = (
  directory: string,
  trust: TrustList,
  eventId: string,
): EvidenceBundle | undefined => {
  const paths = ledgerPaths(directory);
  const [locked] = readStoredLock(paths.lock).signed;
  if (locked === undefined) throw new LedgerFault('NOTHING_SIGNED', `${directory}: no head was signed yet`);
  const { origin } = locked;
  const node = nodeOfOrigin(origin) ?? '';
  const log = openStoredLog(paths.ledger);
  const kept = readCosigned(paths.witness, origin);
  try {
    const verifiers = headVerifiers(loggedKeys(log, trust, origin), node);
    const maker = new EvidenceMaker({
      node,
      trust,
      store: storedParts(log),
      newest: (level) => {
        const cosigned = kept?.cosigned.newest(level);
        return level === 'LOCAL' && cosigned?.size !== locked.size ? locked : cosigned;
      },
      newestWitnessed:
        kept === undefined ? () => undefined : newestWitnessedIn(kept.cosigned, origin, trust, verifiers),
    });
    return maker.bundleOf(eventId);
  } finally {
    log.close();
    kept?.close();
  }
};
