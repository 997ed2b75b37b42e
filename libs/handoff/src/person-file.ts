import { fold } from '@delta-hub/decider';
import { intervalAt, intervalsOf } from './answerable.js';
import type { Instant } from './instant.js';
import type { PersonFile } from './person.js';
import { type PersonFact, type PersonHistory, personHistory } from './person-history.js';
import { sealOf } from './sealing.js';
import { isOpen } from './transfer.status.js';

/**
 * The person as the facts show them at an instant: the look-up that `ApplyTransfer` and `RegisterIntake` carry.
 * Undefined when nothing is known of them by then. The newest application outranks the intake on category and term.
 */
export const personFile = (facts: readonly PersonFact[], at: Instant): PersonFile | undefined =>
  personFileOf(fold(personHistory, facts), at);

/** The same from a folded history. */
export const personFileOf = (history: PersonHistory, at: Instant): PersonFile | undefined => {
  const holder = intervalAt(intervalsOf(history), at);
  const intakes = Object.values(history.intakes);
  // In the order of their ids, so that the order of the facts decides nothing.
  const cases = Object.entries(history.transfers).sort(([a], [b]) => (a < b ? -1 : 1));
  const applications = cases.flatMap(([, transfer]) => transfer['transfer.applied'] ?? []);
  const newest = [...intakes, ...applications].reduce<(typeof intakes | typeof applications)[number] | undefined>(
    (latest, event) => (latest === undefined || latest.occurredAt <= event.occurredAt ? event : latest),
    undefined,
  );
  if (holder === undefined || newest === undefined) return undefined;
  const { personId, category, correctionEnd } = newest.data;
  // A seal that any fact has set is not lifted by another.
  const seal = [...intakes, ...applications].reduce((marks, { data }) => ({ ...marks, ...sealOf(data) }), {});
  const file = { personId, category, correctionEnd, agency: holder.agency, since: holder.from, ...seal };
  const open = cases.find(([, transfer]) => isOpen(transfer));
  return open === undefined ? file : { ...file, openTransferId: open[0] };
};
