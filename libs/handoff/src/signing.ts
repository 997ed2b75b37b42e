import type { Competence } from './act.js';
import type { AgencyRecord } from './agency.js';
import { competenceRejection, type CompetenceRejection, type Signed } from './competence.js';
import { intakeCompetence } from './intake-competence.js';
import { mergeCompetence } from './person-merge.js';
import { readingCompetence } from './sealed-record.js';
import type { TransferEventType } from './transfer.events.js';
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

const OF_PERSON: Readonly<Record<Exclude<HandoffEventType, TransferEventType>, Competence>> = {
  'person.intake-registered': intakeCompetence,
  'person.match-proposed': mergeCompetence,
  'person.merged': mergeCompetence,
  'person.unmerged': mergeCompetence,
  'person.sealed-record-read': readingCompetence,
};

const COMPETENCE: Readonly<Record<HandoffEventType, Competence>> = { ...PROCEDURE, ...OF_PERSON };

const competenceOf = (type: HandoffEventType): Competence => COMPETENCE[type];
