import { type IndexedEvent, type KeyHistory, keyHistoryOf, type TrustList } from '@delta-hub/crypto';
import type { StoredEntry } from '../ledger-store.js';
import { nodeOfOrigin } from '../log-identity.js';

/** A log in which the entries that say something of keys can be found: all of its streams `key-node-*`, in log order. */
export interface KeyedLog {
  keyEntries(): readonly Pick<StoredEntry, 'position' | 'leaf'>[];
}

/** The key history of a log as its own entries have it: what the index of an entry is compared with. */
export const loggedKeys = (
  log: KeyedLog,
  trust: TrustList,
  origin: string,
  rest: readonly IndexedEvent[] = [],
): KeyHistory => {
  const logged = log.keyEntries().map(({ position, leaf }) => ({ index: position, jws: leaf }));
  return keyHistoryOf(trust, nodeOfOrigin(origin) ?? '', [...logged, ...rest]);
};
