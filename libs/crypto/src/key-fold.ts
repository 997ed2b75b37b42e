import type { Jws } from './compact.js';
import { openEvent } from './envelope.js';
import { evolveKeys, type KeyHistory, trustedHistory } from './key-history.js';
import { ruleAt } from './key-rule.js';
import type { TrustList } from './trust-list.js';

/** A stored event with its index in the log, or its position in the event store that the log follows. */
export interface IndexedEvent {
  readonly index: number;
  readonly jws: Jws | Uint8Array;
}

/**
 * The key history of a log from its key events, each verified against the history before it; one that does not verify,
 * or has no effect, changes nothing. In whatever order they are given, their index decides.
 */
export const keyHistoryOf = (trust: TrustList, home: string, events: readonly IndexedEvent[]): KeyHistory =>
  [...events]
    .sort((a, b) => a.index - b.index)
    .reduce(
      (history, { index, jws }) => {
        const opened = openEvent(jws, ruleAt(history, index));
        return opened.ok ? evolveKeys(history, opened, index).history : history;
      },
      trustedHistory(trust, home),
    );
