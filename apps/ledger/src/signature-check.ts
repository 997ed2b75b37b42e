import { type KeyHistory, ruleAt } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import { firstFlaw } from './authenticate.js';
import { LedgerFault } from './ledger-fault.js';
import { sha256Tree } from './log-identity.js';

/** What a check needs of a stored event. */
export type Unchecked = Pick<RecordedEvent, 'id' | 'type' | 'stream' | 'data' | 'position'>;

/**
 * The leaf hashes of events that are authentic. Each is taken from the bytes before their signature is verified, so that a
 * bit flipping in between cannot hide. @throws LedgerFault `EVENT_NOT_AUTHENTIC` for the first that is not
 */
export const checkedLeafHashes = (events: readonly Unchecked[], keys: KeyHistory): Uint8Array[] => {
  const leafHashes = events.map(({ data }) => sha256Tree.leaf(data));
  const flaw = firstFlaw(events, (index) => ruleAt(keys, Number(events[index]!.position)));
  if (flaw !== undefined)
    throw new LedgerFault('EVENT_NOT_AUTHENTIC', `event ${flaw.eventId}: ${flaw.what}: ${flaw.found}`, flaw);
  return leafHashes;
};
