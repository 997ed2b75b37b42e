import { type KeyHistory, ruleAt } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import { flawOf } from './authenticate.js';
import { LedgerFault } from './ledger-fault.js';
import { sha256Tree } from './log-identity.js';

/** What a check needs of a stored event. */
export type Unchecked = Pick<RecordedEvent, 'id' | 'type' | 'stream' | 'data' | 'position'>;

/**
 * The leaf hash of an event that is authentic. It is taken from the bytes before their signature is verified, so that a
 * bit flipping in between cannot hide. @throws LedgerFault `EVENT_NOT_AUTHENTIC`
 */
export const checkedLeafHash = (event: Unchecked, keys: KeyHistory): Uint8Array => {
  const leafHash = sha256Tree.leaf(event.data);
  const flaw = flawOf(event, ruleAt(keys, Number(event.position)));
  if (flaw !== undefined)
    throw new LedgerFault('EVENT_NOT_AUTHENTIC', `event ${event.id}: ${flaw.what}: ${flaw.found}`, flaw);
  return leafHash;
};
