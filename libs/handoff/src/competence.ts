import type { Competence } from './act.js';
import type { Actor, AgencyRecord } from './agency.js';
import { dayOf, type Instant } from './instant.js';
import { powerOf } from './power.js';
import type { RuleBook } from './rule-book.js';

export interface CompetenceRejection {
  readonly code: 'ROLE_NOT_PERMITTED' | 'ACT_NOT_YOURS' | 'DELEGATION_MISSING' | 'POWER_NOT_HELD';
  readonly rule?: string;
}

/** What of an act decides who may sign it. */
export interface Signed {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly actor: Actor;
}

/**
 * Whether this officer of this agency may sign acts of this type at all, whatever the case.
 * County agencies act themselves; an office acts only under a delegation that it cites and that is in force on the day of
 * the act; nobody else writes case facts. And the act is on the power list of the agency's level.
 */
export const competenceRejection = (
  act: Signed,
  competence: Competence,
  agency: AgencyRecord,
  book?: RuleBook,
): CompetenceRejection | undefined =>
  rankRejection(act, competence, agency) ??
  (competence.signedBy !== 'officer' || act.actor.role === 'recipient' || powerOf(act, agency, book) !== undefined
    ? undefined
    : { code: 'POWER_NOT_HELD', rule: competence.article });

const rankRejection = (
  act: Signed,
  { signedBy, orRecipient, delegable, article, levels = ['county'] }: Competence,
  agency: AgencyRecord,
): CompetenceRejection | undefined => {
  if (act.actor.agencyId !== agency.id) return { code: 'ACT_NOT_YOURS', rule: article };
  if (signedBy === 'system') return act.actor.role === 'system' ? undefined : { code: 'ROLE_NOT_PERMITTED' };
  const isRecipients = signedBy === 'recipient' || orRecipient === true;
  if (act.actor.role === 'recipient')
    return isRecipients && agency.level === 'recipient' ? undefined : { code: 'ROLE_NOT_PERMITTED' };
  if (signedBy === 'recipient') return { code: 'ROLE_NOT_PERMITTED' };
  switch (act.actor.role) {
    case 'officer':
      return levels.includes(agency.level) ? undefined : { code: 'ACT_NOT_YOURS', rule: article };
    case 'office-officer': {
      if (agency.level !== 'office') return { code: 'ROLE_NOT_PERMITTED' };
      if (levels.includes('office')) return undefined;
      const isCited = delegationsFor(act, agency).some(({ id }) => id === act.actor.delegationId);
      return delegable && isCited ? undefined : { code: 'DELEGATION_MISSING', rule: '法9' };
    }
    case 'inspector':
    case 'operator':
    case 'system':
      return { code: 'ROLE_NOT_PERMITTED' };
  }
};

/** The actor as signed: an officer of an office cites the delegation that covers the act, if there is one. */
export const citing = (act: Signed, agency: AgencyRecord): Actor => {
  const { actor } = act;
  if (actor.role !== 'office-officer' || actor.delegationId !== undefined) return actor;
  const [delegation] = delegationsFor(act, agency);
  return delegation === undefined ? actor : { ...actor, delegationId: delegation.id };
};

const delegationsFor = ({ type, occurredAt }: Signed, agency: AgencyRecord) => {
  const day = dayOf(occurredAt);
  return agency.delegations.filter(
    ({ validFrom, validTo, ...delegation }) =>
      delegation.type === type && validFrom <= day && (validTo === null || day <= validTo),
  );
};
