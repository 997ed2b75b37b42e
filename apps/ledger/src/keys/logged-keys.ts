import { type IndexedEvent, type KeyHistory, keyHistoryOf, keyStreamOf, type TrustList } from '@delta-hub/crypto';
import { nodeOfOrigin } from '../log-identity.js';
import type { StoredLog } from '../verify/stored-log.js';

/** The key history of a log as its own entries have it: what the index of an entry is compared with. */
export const loggedKeys = (
  log: Pick<StoredLog, 'entriesOfStream'>,
  trust: TrustList,
  origin: string,
  rest: readonly IndexedEvent[] = [],
): KeyHistory =>
  keyHistoryOf(trust, nodeOfOrigin(origin) ?? '', [
    ...trust.nodes
      .flatMap(({ node }) => log.entriesOfStream(keyStreamOf(node)))
      .map(({ position, leaf }) => ({ index: position, jws: leaf })),
    ...rest,
  ]);
