import type { HandoffGraphql } from '@delta-hub/contracts';
import type { HubRejection } from './requests.js';

type Code = HandoffGraphql.RefusalCode;
type RefusalType = 'InputRefusal' | 'AuthorityRefusal' | 'StateRefusal' | 'IdempotencyRefusal';

/** Every refusal code with the type that tells a client what to do about it, and a sentence for people. */
const TABLE: Readonly<Record<Code, readonly [RefusalType, string]>> = {
  AGENCY_NOT_COUNTY: ['InputRefusal', 'The agency is not of county level.'],
  AGENCY_UNKNOWN: ['InputRefusal', 'The directory has no such agency at this node.'],
  DIVISION_UNKNOWN: ['InputRefusal', 'No county-level division of the four provinces has this code on that day.'],
  DOCUMENT_DIGEST_INVALID: ['InputRefusal', 'A digest is "sha-256:" and 43 base64url characters.'],
  DOCUMENT_TOO_LARGE: ['InputRefusal', 'A document has at most 20 MiB.'],
  FIELD_INVALID: ['InputRefusal', 'The field does not have the form its description asks for.'],
  SAME_AGENCY: ['InputRefusal', 'The person is to move to the agency that answers for them already.'],
  OCCURRED_IN_FUTURE: ['InputRefusal', 'An act cannot be recorded before it is done.'],
  OCCURRED_BEFORE_CAUSE: ['InputRefusal', 'The act cannot have been done before the act it depends on.'],
  REFUSAL_GROUND_MISSING: ['InputRefusal', 'A refusal names its ground from the closed list.'],
  GROUND_NOT_ADMITTED: ['InputRefusal', 'The rule pack in force admits no refusal on this ground.'],
  REFUSAL_GROUND_UNEXPECTED: ['InputRefusal', 'An agreement has no ground of refusal.'],
  PERSON_UNKNOWN: ['InputRefusal', 'This node holds no fact about this person.'],
  TRANSFER_UNKNOWN: ['InputRefusal', 'This node knows no such transfer.'],
  ACT_NOT_YOURS: ['AuthorityRefusal', 'This act is another agency’s.'],
  DELEGATION_MISSING: ['AuthorityRefusal', 'The judicial office has no delegation in force for this act.'],
  JUVENILE_DUTY_MISSING: ['AuthorityRefusal', 'A sealed record is for those whose duty minors are.'],
  POWER_NOT_HELD: ['AuthorityRefusal', 'The act is not on the power list of an agency of this level.'],
  FOUR_EYES_REQUIRED: ['AuthorityRefusal', 'Another officer of the agency must approve this than prepared it.'],
  OFFICER_RECUSED: ['AuthorityRefusal', 'The officer has stepped back from this case.'],
  PERSON_NOT_YOURS: ['AuthorityRefusal', 'Another agency answers for this person.'],
  ROLE_NOT_PERMITTED: ['AuthorityRefusal', 'This role does not write case facts.'],
  ALREADY_APPLIED: ['StateRefusal', 'The transfer has been applied for already.'],
  ALREADY_DECIDED: ['StateRefusal', 'The transfer has been decided already.'],
  ALREADY_REPLIED: [
    'StateRefusal',
    'The consultation has been replied to already; another reply cites the one it supersedes.',
  ],
  SUPERSEDED_REPLY_UNKNOWN: ['InputRefusal', 'No reply of the case was given at the instant that is cited.'],
  ALREADY_REPORTED: ['StateRefusal', 'The person has reported already.'],
  ALREADY_SERVED: ['StateRefusal', 'The decision has been served already.'],
  CONSULTATION_ALREADY_RECEIVED: ['StateRefusal', 'The letter has been received already.'],
  CONSULTATION_ALREADY_SENT: ['StateRefusal', 'The letter of consultation has been sent already.'],
  CONSULTATION_NOT_RECEIVED: ['StateRefusal', 'The letter of consultation has not been received yet.'],
  CONSULTATION_NOT_SENT: ['StateRefusal', 'No letter of consultation has been sent.'],
  DECISION_CONTRADICTS_REPLY: ['StateRefusal', 'The decision follows the reply.'],
  FILE_ALREADY_RECEIVED: ['StateRefusal', 'The file has been received already.'],
  FILE_ALREADY_SENT: ['StateRefusal', 'The file has been sent already.'],
  FILE_NOT_RECEIVED: ['StateRefusal', 'The file has not been received.'],
  FILE_NOT_SENT: ['StateRefusal', 'The file has not been sent.'],
  NOT_APPROVED: ['StateRefusal', 'The transfer has not been approved.'],
  NOT_DECIDED: ['StateRefusal', 'The transfer has not been decided.'],
  NOT_SERVED: ['StateRefusal', 'The decision has not been served on the person.'],
  OPINION_ALREADY_GIVEN: ['StateRefusal', 'The opinion has been given already.'],
  OPINION_MISSING: ['StateRefusal', 'There is no opinion on the application yet.'],
  PERSON_ALREADY_REGISTERED: ['StateRefusal', 'The person has been registered already.'],
  PERSON_HAS_OPEN_TRANSFER: ['StateRefusal', 'Another transfer of this person is under way.'],
  PERSON_HAS_MOVED_ON: ['StateRefusal', 'The person has applied to move on from there since: the report stands.'],
  PERSONS_IN_DIFFERENT_HANDS: ['StateRefusal', 'Different agencies answer for the two: a merge hands nobody over.'],
  SAME_PERSON: ['InputRefusal', 'The two ids are one.'],
  MATCH_NOT_PROPOSED: ['StateRefusal', 'Nobody has proposed that the two are one person.'],
  MATCH_ALREADY_PROPOSED: ['StateRefusal', 'It has been proposed already that the two are one person.'],
  ALREADY_MERGED: ['StateRefusal', 'One of the two is merged already.'],
  NOT_MERGED: ['StateRefusal', 'The two are not merged.'],
  RECEIPT_ALREADY_ISSUED: ['StateRefusal', 'The receipt has been issued already.'],
  REPLY_MISSING: ['StateRefusal', 'The consultation has not been replied to.'],
  COPY_NOT_DUE: ['StateRefusal', 'No rule wants such a copy of this case, or not yet.'],
  COPY_ALREADY_SENT: ['StateRefusal', 'The copy has been sent already.'],
  RECIPIENT_UNKNOWN: [
    'InputRefusal',
    'The directory has no such recipient for this office; one outside the four provinces is served outside.',
  ],
  DISPUTE_ALREADY_RAISED: ['StateRefusal', 'The dispute has been taken to this level already.'],
  DISPUTE_ALREADY_RESOLVED: ['StateRefusal', 'The dispute has been settled already.'],
  DISPUTE_LEVEL_MISSING: ['StateRefusal', 'A dispute goes to the agencies directly above first.'],
  DISPUTE_NOT_RAISED: ['StateRefusal', 'No dispute has been taken to this level.'],
  DISPUTE_PENDING: ['StateRefusal', 'The decision waits for the agencies above.'],
  DISPUTE_TOO_EARLY: [
    'StateRefusal',
    'A silence can be disputed only some days after the last day of the reply, and a dispute goes on to the provinces when those above the parties disagree or have had their days.',
  ],
  NOTHING_TO_DISPUTE: ['StateRefusal', 'The other agency has agreed.'],
  DECISION_CONTRADICTS_RULING: ['StateRefusal', 'What the agencies above have settled binds the decision.'],
  VERDICT_ALREADY_GIVEN: ['StateRefusal', 'This verdict on the limit has been given already.'],
  RECUSAL_ALREADY_DECLARED: ['StateRefusal', 'The officer has stepped back from this case already.'],
  ALREADY_CORRECTED: ['StateRefusal', 'The fact has been corrected already.'],
  ALREADY_ACKNOWLEDGED: ['StateRefusal', 'It has been acknowledged already.'],
  MERGE_ALREADY_TOLD: ['StateRefusal', 'The other node has been told of it already.'],
  NOT_CORRECTED: ['StateRefusal', 'The fact has not been corrected.'],
  FACT_UNKNOWN: ['InputRefusal', 'The case has no such fact.'],
  EVIDENCE_MISSING: ['InputRefusal', 'The act names its evidence: at least one document.'],
  RESTS_ON_CORRECTED: [
    'StateRefusal',
    'The act would rest on a corrected fact: that is done anew first, a wrong application withdrawn.',
  ],
  CUSTODY_FILE_ALREADY_PLACED: ['StateRefusal', 'The custodial file has been registered already.'],
  CUSTODY_FILE_MISSING: ['StateRefusal', 'The place that holds the custodial file has not said so yet.'],
  NOT_OUTSIDE_PRISON: ['StateRefusal', 'The person does not serve outside prison: no custodial file moves.'],
  TERM_ENDS_FIRST: ['InputRefusal', 'The term ends before the last day of the report: say that this has been seen.'],
  NONREPORT_ALREADY_NOTIFIED: ['StateRefusal', 'That the person has not reported has been told already.'],
  NONREPORT_NOT_NOTIFIED: ['StateRefusal', 'Nobody has said that the person did not report.'],
  SEARCH_ALREADY_STARTED: ['StateRefusal', 'The search has been started already.'],
  SEARCH_NOT_STARTED: ['StateRefusal', 'No search has been started.'],
  SEARCH_ALREADY_CLOSED: ['StateRefusal', 'The search has been closed already.'],
  POLICE_ALREADY_NOTIFIED: ['StateRefusal', 'The police have been told already.'],
  NOTHING_TO_SANCTION: ['StateRefusal', 'The absence has no end yet, or the report was in time.'],
  SANCTION_NOT_FITTING: ['InputRefusal', 'The length of the absence calls for another measure.'],
  SANCTION_NOT_PROPOSED: ['StateRefusal', 'No sanction has been proposed.'],
  SANCTION_ALREADY_PROPOSED: ['StateRefusal', 'A sanction has been proposed already.'],
  SANCTION_ALREADY_DECIDED: ['StateRefusal', 'The sanction has been decided already.'],
  TRANSFER_CLOSED: ['StateRefusal', 'The transfer is closed.'],
  IDEMPOTENCY_KEY_INVALID: ['IdempotencyRefusal', 'The idempotency key is a lower-case UUID.'],
  IDEMPOTENCY_KEY_REUSED: ['IdempotencyRefusal', 'The idempotency key was used before for another command.'],
};

/** A refusal as GraphQL answers it. */
export interface RefusalAnswer {
  readonly __typename: RefusalType;
  readonly code: Code;
  readonly message: string;
  readonly rule: string | null;
  readonly field: string | null;
}

/** A rejection of the core as the API's refusal. A code without a row is a fault of the hub and throws. */
export const refusalAnswer = (rejection: HubRejection): RefusalAnswer => {
  const code = rejection.code as Code;
  const [typename, message] = TABLE[code] ?? fault(code);
  const field = 'field' in rejection ? (rejection.field ?? null) : null;
  const rule = 'rule' in rejection ? (rejection.rule ?? null) : null;
  return { __typename: typename, code, message, rule, field };
};

const fault = (code: string): never => {
  throw new Error(`no refusal for ${code}`);
};
