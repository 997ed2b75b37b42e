import type { Instant } from './instant.js';
import { actsOf, evolveTransfer, NOTHING_DONE, type TransferState } from './transfer.state.js';

/** A fact with the instant at which this node took it into its store. */
export interface ReceivedFact<E> {
  readonly event: E;
  readonly receivedAt: Instant;
}

/**
 * `asOf`: what this node knew at an instant, whatever the facts say of when they happened. `facts` are in the order of the
 * store. It is all of them up to the last that had come by then, so that an effect is never known without its cause, even
 * where a clock that was set back has stamped the cause later.
 */
export const knownAt = <E>(facts: readonly ReceivedFact<E>[], instant: Instant): readonly E[] =>
  facts.slice(0, facts.findLastIndex(({ receivedAt }) => receivedAt <= instant) + 1).map(({ event }) => event);

/** `validAt`: what had been done by an instant, by all that is known in `state`, whenever it was learnt. */
export const trueAt = (state: TransferState, instant: Instant): TransferState =>
  actsOf(state)
    .filter(({ occurredAt }) => occurredAt <= instant)
    .reduce(evolveTransfer, NOTHING_DONE);
