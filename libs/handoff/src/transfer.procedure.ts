import type { Competence } from './act.js';
import type { Party } from './terms.js';
import type { OnceType, TransferEventType, TransferRejectionCode } from './transfer.events.js';

/** One act of the procedure: whose it is, what must have gone before, and that it is done once. */
export interface ProcedureStep extends Competence {
  /**
   * The party that writes the act; nobody else can. `watching`: the one that waits for what the verdict is
   * about. `body`: the agency above it that the dispute was taken to. `any`: whoever has to do with the case.
   */
  readonly party: Party | 'watching' | 'body' | 'any';
  /** Whether the act is still written when the case has been withdrawn. */
  readonly survivesClosing?: boolean;
  /** The acts it depends on, each with the refusal while it has not been done. It cannot have been done before any of them. */
  readonly after: readonly (readonly [OnceType, TransferRejectionCode])[];
  /** The refusal when it has been done already. */
  readonly again: TransferRejectionCode;
}

const byNode = { signedBy: 'system', delegable: false, survivesClosing: true } as const;
const verdict = {
  ...{ ...byNode, party: 'watching', article: '办法30', again: 'VERDICT_ALREADY_GIVEN' },
  after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
} satisfies ProcedureStep;

const byOfficer = { signedBy: 'officer', delegable: false } as const;

/**
 * The procedure of 社区矫正法 27 第2款 and 办法 30-31, act by act. The articles of the Measures are recalled, not read
 * (their limits are in the rule pack, marked so). What a column cannot say is in `objection` of transfer.ts.
 */
export const PROCEDURE: Readonly<Record<TransferEventType, ProcedureStep>> = {
  // The person applies, generally a month ahead; a late application is still accepted.
  'transfer.applied': { ...byOfficer, party: 'origin', article: '办法30', after: [], again: 'ALREADY_APPLIED' },

  // The judicial office gives its opinion on the form, under delegation; or the county agency does so itself.
  'transfer.opinion-given': {
    ...{ signedBy: 'officer', delegable: true, party: 'origin', article: '办法30' },
    after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
    again: 'OPINION_ALREADY_GIVEN',
  },

  // The origin asks the receiving agency in writing. An adverse opinion does not spare it that.
  'transfer.consultation-sent': {
    ...{ ...byOfficer, party: 'origin', article: '办法30' },
    after: [['transfer.opinion-given', 'OPINION_MISSING']],
    again: 'CONSULTATION_ALREADY_SENT',
  },

  // A letter counts as received when it enters the addressee's system: that system records it, not an officer.
  'transfer.consultation-received': {
    ...{ signedBy: 'system', delegable: false, party: 'receiving', article: '电子签名法11' },
    after: [['transfer.consultation-sent', 'CONSULTATION_NOT_SENT']],
    again: 'CONSULTATION_ALREADY_RECEIVED',
  },

  // The receiving agency verifies the residence and answers in writing. Its silence is neither yes nor no.
  'transfer.consultation-replied': {
    ...{ ...byOfficer, party: 'receiving', article: '办法30' },
    after: [
      ['transfer.consultation-sent', 'CONSULTATION_NOT_SENT'],
      ['transfer.consultation-received', 'CONSULTATION_NOT_RECEIVED'],
    ],
    again: 'ALREADY_REPLIED',
  },

  // A second reply is none unless it cites the first as superseded, with a reason.
  'transfer.reply-superseded': {
    ...{ ...byOfficer, party: 'receiving', article: '办法30' },
    after: [['transfer.consultation-replied', 'REPLY_MISSING']],
    again: 'ALREADY_REPLIED',
  },

  // The agency the person leaves decides, not the one that receives; and not before the answer.
  'transfer.decided': {
    ...{ ...byOfficer, party: 'origin', article: '法27' },
    after: [['transfer.consultation-sent', 'REPLY_MISSING']],
    again: 'ALREADY_DECIDED',
  },

  // A refusal, or a long silence, may go to the agencies above both parties, then to their provinces; the outcome binds.
  'transfer.dispute-raised': {
    ...{ ...byOfficer, party: 'origin', article: '办法30' },
    after: [['transfer.consultation-received', 'CONSULTATION_NOT_RECEIVED']],
    again: 'DISPUTE_ALREADY_RAISED',
  },
  'transfer.dispute-resolved': {
    ...{ ...byOfficer, levels: ['city', 'province'], party: 'body', article: '办法9' },
    after: [['transfer.consultation-received', 'CONSULTATION_NOT_RECEIVED']],
    again: 'DISPUTE_ALREADY_RESOLVED',
  },

  // An approval is served with the report date and the consequences of missing it; a refusal is told.
  'transfer.decision-served': {
    ...{ ...byOfficer, party: 'origin', article: '办法30' },
    after: [['transfer.decided', 'NOT_DECIDED']],
    again: 'ALREADY_SERVED',
  },

  // After an approval two branches run side by side. The papers:
  'transfer.file-sent': {
    ...{ ...byOfficer, party: 'origin', article: '办法31' },
    after: [['transfer.decided', 'NOT_DECIDED']],
    again: 'FILE_ALREADY_SENT',
  },
  'transfer.file-received': {
    ...{ ...byOfficer, party: 'receiving', article: '办法31' },
    after: [['transfer.file-sent', 'FILE_NOT_SENT']],
    again: 'FILE_ALREADY_RECEIVED',
  },
  'transfer.file-receipted': {
    ...{ ...byOfficer, party: 'receiving', article: '办法31' },
    after: [['transfer.file-received', 'FILE_NOT_RECEIVED']],
    again: 'RECEIPT_ALREADY_ISSUED',
  },

  // And the person, who may report whether or not the papers have come. From here the receiving agency answers.
  'transfer.person-reported': {
    ...{ ...byOfficer, party: 'receiving', article: '办法31' },
    after: [['transfer.decision-served', 'NOT_SERVED']],
    again: 'ALREADY_REPORTED',
  },

  // 双到位: written by the receiving agency together with the later of receipt and report.
  'transfer.completed': {
    ...{ ...byOfficer, party: 'receiving', article: '办法31' },
    after: [
      ['transfer.file-receipted', 'RECEIPT_MISSING'],
      ['transfer.person-reported', 'NOT_REPORTED'],
    ],
    again: 'ALREADY_COMPLETED',
  },

  // At the applicant's wish or the agency's, as long as the decision has not been served.
  'transfer.withdrawn': {
    ...{ ...byOfficer, party: 'origin', article: '办法30' },
    after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
    again: 'TRANSFER_CLOSED',
  },

  // An officer with a stake in the case steps back; at whichever agency, as soon as there is a case.
  'transfer.recusal-declared': {
    ...{ ...byOfficer, levels: ['county', 'city', 'province', 'office'], survivesClosing: true },
    ...{ party: 'any', article: '刑诉法29', again: 'RECUSAL_ALREADY_DECLARED' },
    after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
  },

  // A wrong fact is corrected by the party that wrote it; the other takes note. Neither is ever taken back.
  'transfer.fact-corrected': {
    ...{ ...byOfficer, survivesClosing: true, party: 'any', article: '个保法46', again: 'ALREADY_CORRECTED' },
    after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
  },
  'transfer.correction-acknowledged': {
    ...{ ...byOfficer, orRecipient: true, survivesClosing: true, party: 'any', article: '个保法46' },
    ...{ after: [['transfer.applied', 'TRANSFER_UNKNOWN']], again: 'ALREADY_ACKNOWLEDGED' },
  },

  // Who becomes a party of a person of two ids is told of the merge by the origin's node.
  'transfer.merge-told': {
    ...{ ...byNode, party: 'origin', article: '个保法46', again: 'MERGE_ALREADY_TOLD' },
    after: [['transfer.applied', 'TRANSFER_UNKNOWN']],
  },

  // Copies of an approval: to whom is data. The sender is the origin, or the receiving agency for its own county's.
  'transfer.copy-sent': {
    ...{ ...byOfficer, party: 'any', article: '法27', again: 'COPY_ALREADY_SENT' },
    after: [['transfer.decided', 'NOT_DECIDED']],
  },
  'transfer.copy-acknowledged': {
    ...{ signedBy: 'recipient', delegable: false, survivesClosing: true, party: 'any', article: '法27' },
    ...{ after: [['transfer.decided', 'NOT_DECIDED']], again: 'ALREADY_ACKNOWLEDGED' },
  },

  // Of a person who serves outside prison, the custodial file moves as well; the place that holds it tells the new agency.
  'transfer.custody-file-placed': {
    ...{ ...byOfficer, party: 'receiving', article: '办法31' },
    after: [['transfer.decided', 'NOT_DECIDED']],
    again: 'CUSTODY_FILE_ALREADY_PLACED',
  },

  // The person has not come: the node of the agency that waits says so at once, the origin searches (办法 31, 38).
  'transfer.nonreport-notified': {
    ...{ ...byNode, party: 'receiving', article: '办法31', again: 'NONREPORT_ALREADY_NOTIFIED' },
    after: [['transfer.decision-served', 'NOT_SERVED']],
  },
  // Without the notice too, when the last day is over: it is to begin at once.
  'transfer.search-started': {
    ...{ ...byOfficer, party: 'origin', article: '办法31' },
    after: [['transfer.nonreport-notified', 'NONREPORT_NOT_NOTIFIED']],
    again: 'SEARCH_ALREADY_STARTED',
  },
  'transfer.police-notified': {
    ...{ ...byOfficer, party: 'origin', article: '办法38' },
    after: [['transfer.search-started', 'SEARCH_NOT_STARTED']],
    again: 'POLICE_ALREADY_NOTIFIED',
  },
  'transfer.search-closed': {
    ...{ ...byOfficer, party: 'origin', article: '办法38' },
    after: [['transfer.search-started', 'SEARCH_NOT_STARTED']],
    again: 'SEARCH_ALREADY_CLOSED',
  },

  // Who answered when the limit passed proposes; who executes the correction by then decides.
  'transfer.sanction-proposed': {
    ...{ ...byOfficer, party: 'origin', article: '办法34' },
    after: [['transfer.nonreport-notified', 'NONREPORT_NOT_NOTIFIED']],
    again: 'SANCTION_ALREADY_PROPOSED',
  },
  'transfer.sanction-decided': {
    ...{ ...byOfficer, party: 'any', article: '办法34' },
    after: [['transfer.sanction-proposed', 'SANCTION_NOT_PROPOSED']],
    again: 'SANCTION_ALREADY_DECIDED',
  },

  // What the hub finds about the limits: written by the node of the party that waits, from facts, rule and calendar alone.
  'transfer.deadline-reminded': verdict,
  'transfer.deadline-breached': verdict,
  'transfer.deadline-escalated': verdict,
  'transfer.deadline-superseded': verdict,
};
