import { AGENCIES, isAtOrAbove, readingAgency, recipientById } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';

interface Parties {
  readonly origin: string;
  readonly receiving: string;
}

/**
 * Whether a caller may see a case: an officer or inspector of a party, or of an agency above one.
 * An operator runs the node and sees no case; a recipient of copies sees its copies.
 */
export const maySee = (caller: Caller, parties: Parties): boolean => {
  if (caller.role === 'operator' || caller.role === 'recipient') return false;
  const reader = readingAgency(caller.agencyId);
  return isAtOrAbove(reader, parties.origin) || isAtOrAbove(reader, parties.receiving);
};

/** Whether a caller may see a person this agency answers for. */
export const maySeePersonOf = (caller: Caller, agency: string): boolean =>
  maySee(caller, { origin: agency, receiving: agency });

/** Whether a caller may see what the node refused: those who run it and those who inspect it. */
export const maySeeQuarantine = (caller: Caller): boolean => caller.role === 'operator' || caller.role === 'inspector';

/** The agencies whose cases a caller lists: their own and those below it; none for an operator. */
export const agenciesReadBy = (caller: Caller): readonly string[] => {
  if (caller.role === 'operator' || caller.role === 'recipient') return [];
  const reader = readingAgency(caller.agencyId);
  return AGENCIES.filter(({ id }) => isAtOrAbove(reader, id)).map(({ id }) => id);
};

/** The agency whose worklist a caller sees without naming one; undefined for those who see no case. */
export const worklistAgencyOf = (caller: Caller): string | undefined =>
  caller.role === 'operator' || caller.role === 'recipient' ? undefined : readingAgency(caller.agencyId);

/** The recipient whose inbox a caller reads; undefined for everybody who is none. */
export const inboxOf = (caller: Caller): string | undefined =>
  caller.role === 'recipient' && recipientById(caller.agencyId)?.node === caller.node ? caller.agencyId : undefined;
