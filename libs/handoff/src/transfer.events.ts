import type { Act, CorrectionCategory, DocumentRef } from './act.js';
import type { AgencyId, NodeId } from './agency.js';
import type { Instant, PlainDate } from './instant.js';
import type { Confidentiality, DeadlineStep, OfficeRole, Party, Sanction, Seal } from './terms.js';

/** Why the person wants to move 变更事由. */
export type TransferReason = 'residence' | 'employment' | 'study' | 'family' | 'medical' | 'other';

/** The closed list of grounds on which the receiving agency may refuse 不同意理由. */
export type RefusalGround =
  | 'residence-untrue'
  | 'residence-unstable'
  | 'no-guardian-or-support'
  | 'prohibition-order-conflict'
  | 'other-statutory';

/** How a copy was served on an authority that no node of the hub serves. */
export interface OutsideService {
  /** The name of the authority, e.g. 北京市海淀区人民法院. */
  readonly authority: string;
  readonly proofs: readonly DocumentRef[];
}

/** At whose wish a transfer is withdrawn 撤回. */
export type WithdrawalReason = 'applicant' | 'agency';

/** Why an officer steps back from a case 回避 (as 刑事诉讼法 29 has it). */
export type RecusalGround = 'party-or-relative' | 'interest' | 'witness-or-advocate' | 'other-relation';

/** Why a reply takes the place of an earlier one. */
export type SupersedingReason = 'error-in-reply' | 'new-evidence' | 'changed-circumstances';

/** What is wrong with a fact that is corrected 更正. */
export type CorrectionKind = 'wrong-person' | 'wrong-content' | 'wrong-date' | 'wrong-document';

/** How a search ended 查找结果. */
export type SearchOutcome = 'found' | 'not-found';

/** What the hub has found about one limit of the case at one instant: the instant is `occurredAt`. */
export interface Verdict {
  readonly step: DeadlineStep;
  /** The due instant the verdict is about. */
  readonly due: Instant;
  /** Which rung of the rule's ladder it is, from 0. */
  readonly rung: number;
  /** Which of several things, where a case has the limit several times: see `Due`. */
  readonly about?: string;
  /** Absent for the first; a second one there is when the first was superseded and what it says became so again. */
  readonly nth?: number;
  /** The rule in the book, e.g. `REPLY@2020.1`. */
  readonly rule: string;
  /** Who is told. */
  readonly to: readonly OfficeRole[];
}

export type VerdictType = 'transfer.deadline-reminded' | 'transfer.deadline-breached' | 'transfer.deadline-escalated';

/** How far up a dispute has gone: the agencies directly above both parties 上一级, or their provinces. */
export type DisputeLevel = 'upper' | 'province';

/** 协调结果: the receiving agency is to accept the person, or its refusal stands. */
export type DisputeOutcome = 'to-accept' | 'refusal-upheld';

/** What was said of two ids of a person, as its author signed it. */
export interface SignedMerge {
  /** The id of that fact. */
  readonly fact: string;
  /** The fact itself: a compact JWS (RFC 7515). */
  readonly jws: string;
}

/** What most acts come with. */
export interface Documents {
  readonly documents: readonly DocumentRef[];
}
/**
 * Which act of its type in the case it is, counted from 1; absent for the first. A second one there is when the first has
 * been struck by a correction 更正 and the act was done anew.
 */
export interface Nth {
  readonly nth?: number;
}

/** The acts of a transfer of place of correction 执行地变更 (社区矫正法 27 第2款; 办法 30-31), each with what it says. */
export interface TransferFacts {
  readonly 'transfer.applied': Documents &
    Seal & {
      readonly personId: string;
      readonly category: CorrectionCategory;
      /** 原执行地: the county agency the person leaves. It decides, and it answers for the person until they report. */
      readonly origin: AgencyId;
      /** 新执行地: the county agency the person wants to move to. */
      readonly receiving: AgencyId;
      readonly originNode: NodeId;
      readonly receivingNode: NodeId;
      /** Since when the origin has answered for the person. */
      readonly answerableSince: Instant;
      readonly correctionEnd: PlainDate;
      readonly reason: TransferReason;
    };
  readonly 'transfer.opinion-given': Documents & Nth & { readonly supports: boolean };
  readonly 'transfer.consultation-sent': Documents & Nth;
  /** The letter has entered the receiving agency's system (电子签名法 11). The clock of the reply starts here. */
  readonly 'transfer.consultation-received': Nth;
  /** 复函: the other agency's view, not the decision. */
  readonly 'transfer.consultation-replied': Documents &
    Nth & { readonly agrees: boolean; readonly ground?: RefusalGround };
  /** 变更复函: another reply takes the place of the cited one, which stays in the record. It does not undo a decision. */
  readonly 'transfer.reply-superseded': Omit<TransferFacts['transfer.consultation-replied'], 'nth'> & {
    /** When the cited reply was given: its `occurredAt`. */
    readonly supersedes: Instant;
    readonly reason: SupersedingReason;
  };
  readonly 'transfer.decided': Documents &
    Nth & {
      readonly approved: boolean;
      /** It has been seen that the term ends before the last day of the report. */
      readonly termEndNoted?: true;
    };
  /** 送达: the decision is in the person's hands; for a refusal, the refusal has been told. */
  readonly 'transfer.decision-served': Documents & Nth;
  readonly 'transfer.file-sent': Documents & Nth;
  readonly 'transfer.file-received': Nth;
  /** 回执: not the arrival of the file but the receipt for it. */
  readonly 'transfer.file-receipted': Documents & Nth;
  /** 报到: from this act on the receiving agency answers for the person. */
  readonly 'transfer.person-reported': Nth;
  /** 双到位: papers and person are both in place. */
  readonly 'transfer.completed': Nth;
  readonly 'transfer.withdrawn': Documents & { readonly reason: WithdrawalReason };
  /** 提请协调: a refusal, or a long silence, is taken to the agencies above both parties. */
  readonly 'transfer.dispute-raised': Documents & {
    readonly level: DisputeLevel;
    readonly originBody: AgencyId;
    readonly receivingBody: AgencyId;
  };
  /** One body's half of a joint result: it binds once both have recorded the same. */
  readonly 'transfer.dispute-resolved': Documents & {
    readonly level: DisputeLevel;
    readonly side: Party;
    readonly outcome: DisputeOutcome;
  };
  /** 回避: from here on the officer does no act of the case for that agency. */
  readonly 'transfer.recusal-declared': {
    readonly agency: AgencyId;
    readonly officerId: string;
    readonly ground: RecusalGround;
  };
  /**
   * 更正: the fact of this type in the case is wrong, the `nth` of them. It stays in the record, struck, and does not count
   * until it is done anew; where only a document was wrong, the documents here stand for it. They are the evidence too.
   */
  readonly 'transfer.fact-corrected': Documents & Nth & { readonly fact: OnceType; readonly kind: CorrectionKind };
  /** The other party has taken note of a correction; or, with `office`, the recipient of a copy of the corrected fact. */
  readonly 'transfer.correction-acknowledged': Nth & { readonly fact: OnceType; readonly office?: OfficeRole };
  /**
   * 并档告知: the person of the case was of two ids before the receiving agency's node had anything of them; or, later, that they
   * are not. The fact that says so as its author signed it.
   */
  readonly 'transfer.merge-told': SignedMerge;
  /** 抄送: a copy of a fact's documents, by their digests, put into the recipient's inbox. */
  readonly 'transfer.copy-sent': Documents &
    Nth & {
      readonly of: OnceType;
      readonly office: OfficeRole;
      /** Whom the directory has for the office; absent where the copy was served outside. */
      readonly recipient?: AgencyId;
      /** 向枢纽外机关送达: an authority whose province has no node was served otherwise, as the proofs 送达回证 show. */
      readonly outside?: OutsideService;
      /** As the application has it, for a node that has the copy and not the case. */
      readonly confidentiality?: Confidentiality;
    };
  /** The recipient has taken note of its copy. */
  readonly 'transfer.copy-acknowledged': Nth & { readonly of: OnceType; readonly office: OfficeRole };
  /** 羁押档案已接收: the place that holds the custodial file of a person who serves outside prison has told the new agency. */
  readonly 'transfer.custody-file-placed': Documents & Nth;
  /** 未报到通知: the person had not reported at the due instant. */
  readonly 'transfer.nonreport-notified': Nth & { readonly due: Instant };
  /** 组织查找: the origin searches; it answers for the person until they report. */
  readonly 'transfer.search-started': Documents & Nth;
  /** 通知公安机关协助查找. */
  readonly 'transfer.police-notified': Documents & Nth;
  readonly 'transfer.search-closed': Documents & Nth & { readonly outcome: SearchOutcome };
  /** 提出处理意见: by the agency that answered when the limit passed. `days` after the last day for the report. */
  readonly 'transfer.sanction-proposed': Documents & Nth & { readonly measure: Sanction; readonly days: number };
  /** 作出处理决定: by the agency that executes the correction now. */
  readonly 'transfer.sanction-decided': Documents & Nth & { readonly measure: Sanction | 'none' };
  readonly 'transfer.deadline-reminded': Verdict;
  /** 逾期: at the due instant the act had not been done, as far as the party that waits for it knew. */
  readonly 'transfer.deadline-breached': Verdict;
  /** 提级: told to the agencies above. */
  readonly 'transfer.deadline-escalated': Verdict;
  /** A late fact shows that a verdict was not so at its instant. The verdict stays in the record, struck. */
  readonly 'transfer.deadline-superseded': Omit<Verdict, 'to'> & {
    readonly because: 'done-in-time' | 'withdrawn' | 'recomputed' | 'outage';
    /** The fact `outage.declared` that excuses the delay; only with `outage`. */
    readonly outage?: string;
  };
}

export type TransferEventType = keyof TransferFacts;
export type TransferAct<T extends TransferEventType> = Act<T, TransferFacts[T]>;
export type TransferEvent = { [T in TransferEventType]: TransferAct<T> }[TransferEventType];

/** Acts that can be done several times in one case, each for something else. */
export type RepeatedType =
  | 'transfer.reply-superseded'
  | 'transfer.dispute-raised'
  | 'transfer.dispute-resolved'
  | 'transfer.recusal-declared'
  | 'transfer.fact-corrected'
  | 'transfer.merge-told'
  | 'transfer.copy-sent'
  | 'transfer.copy-acknowledged'
  | 'transfer.correction-acknowledged'
  | 'transfer.deadline-reminded'
  | 'transfer.deadline-breached'
  | 'transfer.deadline-escalated'
  | 'transfer.deadline-superseded';

/** Acts that are done once in a case. */
export type OnceType = Exclude<TransferEventType, RepeatedType>;

/** The stable public names of the rules that can stand against a command or a partner's event. */
export type TransferRejectionCode =
  | 'TRANSFER_UNKNOWN'
  // who
  | 'ROLE_NOT_PERMITTED'
  | 'ACT_NOT_YOURS'
  | 'DELEGATION_MISSING'
  | 'POWER_NOT_HELD'
  | 'FOUR_EYES_REQUIRED'
  | 'OFFICER_RECUSED'
  // the application
  | 'PERSON_UNKNOWN'
  | 'PERSON_NOT_YOURS'
  | 'PERSON_HAS_OPEN_TRANSFER'
  | 'PERSON_HAS_MOVED_ON'
  | 'AGENCY_UNKNOWN'
  | 'AGENCY_NOT_COUNTY'
  | 'SAME_AGENCY'
  // once only
  | 'ALREADY_APPLIED'
  | 'OPINION_ALREADY_GIVEN'
  | 'CONSULTATION_ALREADY_SENT'
  | 'CONSULTATION_ALREADY_RECEIVED'
  | 'ALREADY_REPLIED'
  | 'SUPERSEDED_REPLY_UNKNOWN'
  | 'ALREADY_DECIDED'
  | 'ALREADY_SERVED'
  | 'FILE_ALREADY_SENT'
  | 'FILE_ALREADY_RECEIVED'
  | 'RECEIPT_ALREADY_ISSUED'
  | 'ALREADY_REPORTED'
  | 'ALREADY_COMPLETED'
  | 'TRANSFER_CLOSED'
  | 'VERDICT_ALREADY_GIVEN'
  | 'VERDICT_UNFOUNDED'
  | 'RECUSAL_ALREADY_DECLARED'
  | 'ALREADY_CORRECTED'
  | 'ALREADY_ACKNOWLEDGED'
  | 'NOT_CORRECTED'
  | 'MERGE_ALREADY_TOLD'
  | 'FACT_UNKNOWN'
  | 'EVIDENCE_MISSING'
  | 'RESTS_ON_CORRECTED'
  | 'COPY_NOT_DUE'
  | 'COPY_ALREADY_SENT'
  | 'RECIPIENT_UNKNOWN'
  | 'DISPUTE_ALREADY_RAISED'
  | 'DISPUTE_ALREADY_RESOLVED'
  | 'DISPUTE_LEVEL_MISSING'
  | 'DISPUTE_NOT_RAISED'
  | 'DISPUTE_PENDING'
  | 'DISPUTE_TOO_EARLY'
  | 'NOTHING_TO_DISPUTE'
  | 'DECISION_CONTRADICTS_RULING'
  | 'CUSTODY_FILE_ALREADY_PLACED'
  | 'CUSTODY_FILE_MISSING'
  | 'NOT_OUTSIDE_PRISON'
  | 'TERM_ENDS_FIRST'
  | 'NONREPORT_ALREADY_NOTIFIED'
  | 'SEARCH_ALREADY_STARTED'
  | 'POLICE_ALREADY_NOTIFIED'
  | 'SEARCH_ALREADY_CLOSED'
  | 'SANCTION_ALREADY_PROPOSED'
  | 'SANCTION_ALREADY_DECIDED'
  | 'NOTHING_TO_SANCTION'
  // what must have gone before
  | 'NONREPORT_NOT_NOTIFIED'
  | 'SEARCH_NOT_STARTED'
  | 'SANCTION_NOT_PROPOSED'
  | 'OPINION_MISSING'
  | 'CONSULTATION_NOT_SENT'
  | 'CONSULTATION_NOT_RECEIVED'
  | 'REPLY_MISSING'
  | 'NOT_DECIDED'
  | 'NOT_APPROVED'
  | 'NOT_SERVED'
  | 'FILE_NOT_SENT'
  | 'FILE_NOT_RECEIVED'
  | 'RECEIPT_MISSING'
  | 'NOT_REPORTED'
  // what it says
  | 'REFUSAL_GROUND_MISSING'
  | 'REFUSAL_GROUND_UNEXPECTED'
  | 'GROUND_NOT_ADMITTED'
  | 'DECISION_CONTRADICTS_REPLY'
  | 'SANCTION_NOT_FITTING'
  // when
  | 'OCCURRED_IN_FUTURE'
  | 'OCCURRED_BEFORE_CAUSE';

export interface TransferRejection {
  readonly code: TransferRejectionCode;
  /** The article, where the law refuses and not only the hub. */
  readonly rule?: string;
}
