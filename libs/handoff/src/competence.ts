import type { Actor, AgencyRecord } from './agency.js';

/** Who may sign one type of act, as data. */
export interface Competence {
  /** `system`: only the node itself, when something enters it. */
  readonly signedBy: 'officer' | 'system';
  /** Whether a county agency may leave the act to a judicial office 司法所 by a recorded delegation (社区矫正法 9). */
  readonly delegable: boolean;
  /** Short name of the article, e.g. 办法30. */
  readonly article: string;
}

export interface CompetenceRejection {
  readonly code: 'ROLE_NOT_PERMITTED' | 'ACT_NOT_YOURS' | 'DELEGATION_MISSING';
  readonly rule?: string;
}

/**
 * Whether this officer of this agency may sign acts of this type at all, whatever the case.
 * County agencies act themselves; an office acts only under a delegation that it cites; nobody else writes case facts.
 */
export const competenceRejection = (
  type: string,
  { signedBy, delegable, article }: Competence,
  actor: Actor,
  agency: AgencyRecord,
): CompetenceRejection | undefined => {
  if (actor.agencyId !== agency.id) return { code: 'ACT_NOT_YOURS', rule: article };
  if (signedBy === 'system') return actor.role === 'system' ? undefined : { code: 'ROLE_NOT_PERMITTED' };
  switch (actor.role) {
    case 'officer':
      return agency.level === 'county' ? undefined : { code: 'ACT_NOT_YOURS', rule: article };
    case 'office-officer':
      if (agency.level !== 'office') return { code: 'ROLE_NOT_PERMITTED' };
      return delegable && cites(actor, agency, type) ? undefined : { code: 'DELEGATION_MISSING', rule: '法9' };
    case 'inspector':
    case 'operator':
    case 'system':
      return { code: 'ROLE_NOT_PERMITTED' };
  }
};

/** The actor as signed: an officer of an office cites the delegation that covers the act, if there is one. */
export const citing = (type: string, actor: Actor, agency: AgencyRecord): Actor => {
  if (actor.role !== 'office-officer' || actor.delegationId !== undefined) return actor;
  const delegation = agency.delegations.find((given) => given.type === type);
  return delegation === undefined ? actor : { ...actor, delegationId: delegation.id };
};

const cites = (actor: Actor, agency: AgencyRecord, type: string): boolean =>
  agency.delegations.some((given) => given.type === type && given.id === actor.delegationId);
