import type { Instant } from './instant.js';
import { actsOf, evolveTransfer, NOTHING_DONE, type TransferState } from './transfer.state.js';

/** A fact with the instant at which this node recorded it. */
export interface RecordedFact<E> {
  readonly event: E;
  readonly recordedAt: Instant;
}

/** `asOf`: what this node knew at an instant, in the order it learnt it, whatever the facts say of when they happened. */
export const knownAt = <E>(facts: readonly RecordedFact<E>[], instant: Instant): readonly E[] =>
  facts.filter(({ recordedAt }) => recordedAt <= instant).map(({ event }) => event);

/** `validAt`: what had been done by an instant, by all that is known in `state`, whenever it was learnt. */
export const trueAt = (state: TransferState, instant: Instant): TransferState =>
  actsOf(state)
    .filter(({ occurredAt }) => occurredAt <= instant)
    .reduce(evolveTransfer, NOTHING_DONE);
