import { attached, type OpenedEvent, openEvents, type RefusedEvent } from './envelope.js';
import type { Jws } from './compact.js';
import type { KeyRule } from './key-rule.js';

/** As `openDetached`, before long. */
export type OpenSoon = (
  payload: Uint8Array,
  detached: string | undefined,
  keys: KeyRule,
) => Promise<OpenedEvent | RefusedEvent>;

interface Asked {
  readonly jws: Jws;
  readonly keys: KeyRule;
  readonly answer: (opened: OpenedEvent | RefusedEvent) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * `openDetached` for callers who do not wait for each other: what they ask for in one turn of the event loop is verified
 * together, as `openEvents` does it. Nobody waits longer than the turn.
 */
export const openingTogether = (): OpenSoon => {
  let asked: Asked[] = [];
  const answerAll = (): void => {
    const all = asked;
    asked = [];
    try {
      const opened = openEvents(
        all.map(({ jws }) => jws),
        (index) => all[index]!.keys,
      );
      for (const [index, { answer }] of all.entries()) answer(opened[index]!);
    } catch (error) {
      for (const { fail } of all) fail(error);
    }
  };
  return (payload, detached, keys) => {
    const jws = attached(payload, detached);
    if (typeof jws !== 'string') return Promise.resolve(jws);
    return new Promise((answer, fail) => {
      // After everything that is ready to run, and before anything else happens.
      if (asked.length === 0) process.nextTick(answerAll);
      asked.push({ jws, keys, answer, fail });
    });
  };
};
