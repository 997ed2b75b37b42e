/** The rules of reading that every adapter shares. */
import { EventStoreError } from './event-store.js';

/** The limit itself. @throws RangeError when it is not a whole number from 1: a mistake in the calling program. */
export const checkLimit = (limit: number): number => {
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`limit ${limit} is not a whole number from 1`);
  return limit;
};

/** A subscriber that has seen more than there is stands on another log, or on one that lost its end. */
export const checkPosition = (after: bigint | undefined, head: bigint | undefined): void => {
  if (after === undefined || (head !== undefined && after <= head)) return;
  throw new EventStoreError('POSITION_BEYOND_END', `position ${after} lies beyond the last event, ${head ?? 'none'}`);
};
