import type { Actor, AgencyRecord } from './agency.js';
import { type Competence, competenceRejection, type CompetenceRejection } from './competence.js';
import { intakeCompetence } from './person.js';
import { PROCEDURE } from './transfer.procedure.js';
import type { HandoffEventType } from './upcasts.js';

/** Whether this officer of this agency may sign such an act in any case at all; the case then asks whether it is a party. */
export const signingRejection = (
  type: HandoffEventType,
  actor: Actor,
  agency: AgencyRecord,
): CompetenceRejection | undefined => competenceRejection(type, competenceOf(type), actor, agency);

/** The article an act rests on, e.g. 办法30: the first half of the envelope's `rule`. */
export const articleOf = (type: HandoffEventType): string => competenceOf(type).article;

const competenceOf = (type: HandoffEventType): Competence =>
  type === 'person.intake-registered' ? intakeCompetence : PROCEDURE[type];
