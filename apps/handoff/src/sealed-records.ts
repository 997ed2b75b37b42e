import type { Caller } from '@delta-hub/crypto';
import { type Instant, isReading, type Seal, opensRecord, upcast } from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import { mergedWith, mergePeriodsOf, otherOf } from './merged-persons.js';
import { eventIn } from './signed-events.js';
import { intervalsOfPerson } from './intervals.js';
import { maySee, maySeePersonOf } from './visibility.js';

interface Case extends Seal {
  readonly personId: string;
  readonly origin: string;
  readonly receiving: string;
}

/** Whether anything this node knows of a person, by this id or by one it is merged with, is sealed 封存. */
export const isSealed = (cases: Cases, personId: string): boolean =>
  idsOf(cases, personId).some((id) => {
    const files: readonly (Seal | undefined)[] = [cases.person(id)?.event.data, ...cases.transfersOfPerson(id)];
    return files.some((file) => file?.confidentiality !== undefined);
  });

/** Whether the caller has read the sealed record of a person on this legal day. */
export const hasOpened = (caller: Caller, cases: Cases, personId: string, now: Instant): boolean =>
  idsOf(cases, personId).some((id) =>
    cases
      .factsOfStream(`person-${id}`)
      .map(({ type, jws }) => upcast(type, eventIn(jws).data))
      .some((act) => isReading(act) && opensRecord(act, caller, now)),
  );

/** Whether a caller may see a case now: an ordinary one as `maySee` says, a sealed one when they have opened it. */
export const maySeeCase = (caller: Caller, cases: Cases, transfer: Case, now: Instant): boolean =>
  isSealed(cases, transfer.personId) ? hasOpened(caller, cases, transfer.personId, now) : maySee(caller, transfer);

/**
 * Whether a person is or was in the hands of the caller's agency or of one below it, or is to be; by this id or by one that
 * it was ever merged with 并档.
 */
export const concerns = (caller: Caller, cases: Cases, personId: string): boolean =>
  [personId, ...mergePeriodsOf(cases, personId).map((period) => otherOf(period, personId))]
    .flatMap((id) => cases.transfersOfPerson(id))
    .some((transfer) => maySee(caller, transfer)) ||
  intervalsOfPerson(cases, personId).some(({ agency }) => maySeePersonOf(caller, agency));

const idsOf = (cases: Cases, personId: string): readonly string[] => {
  const other = mergedWith(cases, personId);
  return other === undefined ? [personId] : [personId, other];
};
