import type { Jws } from './compact.js';
import { openEvent } from './envelope.js';
import { keyStreamOf } from './key-events.js';
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

/** How the streams of an event store are read, as far as keys are concerned. */
export interface KeyStreams {
  read(stream: string): Promise<readonly { readonly position: bigint; readonly data: Uint8Array }[]>;
}

/**
 * The key history of a node as its event store has it: positions in the store stand for the indexes of the log that
 * follows it.
 */
export const storedKeyHistory = async (trust: TrustList, home: string, store: KeyStreams): Promise<KeyHistory> => {
  const streams = await Promise.all(trust.nodes.map(({ node }) => store.read(keyStreamOf(node))));
  const events = streams.flat().map(({ position, data }) => ({ index: Number(position), jws: data }));
  return keyHistoryOf(trust, home, events);
};
