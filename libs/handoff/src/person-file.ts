import { fold } from '@delta-hub/decider';
import { intervalAt, intervalsOf } from './answerable.js';
import type { Instant } from './instant.js';
import type { PersonFile } from './person.js';
import { type PersonFact, personHistory } from './person-history.js';
import { isOpen } from './transfer.status.js';

/**
 * The person as the facts show them at an instant: the look-up that `ApplyTransfer` and `RegisterIntake` carry.
 * Undefined when nothing is known of them by then. The newest application outranks the intake on category and term.
 */
export const personFile = (facts: readonly PersonFact[], at: Instant): PersonFile | undefined => {
  const { intakes, transfers } = fold(personHistory, facts);
  const holder = intervalAt(intervalsOf({ intakes, transfers }), at);
  const applications = Object.values(transfers).flatMap((transfer) => transfer['transfer.applied'] ?? []);
  const newest = [...Object.values(intakes), ...applications].sort(byOccurrence).at(-1);
  if (holder === undefined || newest === undefined) return undefined;
  const openTransferId = Object.keys(transfers)
    .sort()
    .find((id) => isOpen(transfers[id] ?? {}));
  const { personId, category, correctionEnd } = newest.data;
  const file = { personId, category, correctionEnd, agency: holder.agency, since: holder.from };
  return openTransferId === undefined ? file : { ...file, openTransferId };
};

const byOccurrence = (a: { occurredAt: Instant }, b: { occurredAt: Instant }): number =>
  a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0;
