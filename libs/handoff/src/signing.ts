import type { Competence } from './act.js';
import type { AgencyRecord } from './agency.js';
import { competenceRejection, type CompetenceRejection, type Signed } from './competence.js';
import { intakeCompetence } from './intake-competence.js';
import { mergeCompetence } from './person-merge.js';
import { PROCEDURE } from './transfer.procedure.js';
import type { HandoffEventType } from './upcasts.js';

/**
 * Whether the officer who signs such an act, of the agency whose record is given, may do so in any case at all; the case
 * then asks whether the agency is a party. `act` is a domain event, or as much of it.
 */
export const signingRejection = (
  act: Signed & { readonly type: HandoffEventType },
  agency: AgencyRecord,
): CompetenceRejection | undefined => competenceRejection(act, competenceOf(act.type), agency);

/** The article an act rests on, e.g. 办法30: the first half of the envelope's `rule`. */
export const articleOf = (type: HandoffEventType): string => competenceOf(type).article;

const competenceOf = (type: HandoffEventType): Competence =>
  type === 'person.intake-registered'
    ? intakeCompetence
    : type === 'person.match-proposed' || type === 'person.merged' || type === 'person.unmerged'
      ? mergeCompetence
      : PROCEDURE[type];
