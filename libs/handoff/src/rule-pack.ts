import type { PlainDate } from './instant.js';
import type { PolicySwitches } from './policy.js';
import type { AgencyLevel } from './agency.js';
import type { DeadlineStep, OfficeRole, Party, Reader, ReadingGround, Sanction } from './terms.js';
import type { OnceType, RefusalGround, RepeatedType } from './transfer.events.js';
import type { CorrectionCategory } from './act.js';
import type { StateKey } from './transfer.state.js';

/**
 * Where a rule comes from. `law`: the article's text was read (tag L of the domain reference). `recalled`: the article
 * exists, its text was not read (U). `excerpt`: the opening of a published page (W). `proposal`: the hub's own (P);
 * passing such a target breaches nothing.
 */
export type RuleSource = 'law' | 'recalled' | 'excerpt' | 'proposal';

/** What every rule says of itself, so that a reader can go from a verdict to the text. */
export interface Rule {
  readonly article: string;
  readonly source: RuleSource;
  /** False until the wording has been compared with the gazette. */
  readonly verified: boolean;
  readonly text: string;
}

/** What happens when a limit comes near or passes: told to whom, and on which day. */
export interface Rung {
  readonly kind: 'reminded' | 'breached' | 'escalated';
  /**
   * Counted from the day the limit started or from its last day: at 00:00 of the day so many days later. Zero days from
   * `due` is the due instant itself, 24:00 of the last day.
   */
  readonly from: 'start' | 'due';
  readonly days: number;
  readonly to: readonly OfficeRole[];
}

/** One limit: so many days for an act, counted from another. */
export interface Limit extends Rule {
  readonly step: DeadlineStep;
  readonly days: number;
  /** The act whose day starts the count; that day itself is not counted. For one that is repeated see `instancesOf`. */
  readonly from: StateKey | RepeatedType;
  /** The limit runs only after a decision of this kind, only once the person has reported, or only where a custodial file moves. */
  readonly when?: 'approved' | 'refused' | 'reported' | 'outside-prison';
  /** The act that has to be done within the limit. For one that is repeated see `instancesOf`. */
  readonly act: StateKey | RepeatedType;
  /**
   * Present where the act is a sending 移送: in time is then what has come to the other party's node in time, unless the
   * line was cut (domain B0, P). Otherwise the day of the act itself counts.
   */
  readonly timelyBy?: 'receipt';
  /** The text says at once 立即: days off do not put it off, whatever the switch for roll-forward says. */
  readonly isAtOnce?: true;
  /** The party that does the act, or at whose desk the person does. */
  readonly party: Party;
  /** Who owes the act: the agency, the person 社区矫正对象, or the recipient of the agency's copy. */
  readonly owedBy: 'agency' | 'person' | 'recipient';
  /** The province and version of the overlay that set `days`; absent where the pack itself did. */
  readonly tightenedBy?: string;
  /** In the order of their instants. */
  readonly ladder: readonly Rung[];
}

/** When a silence may be taken to the agencies above, and how far: no article says (P). */
export interface DisputeRule extends Rule {
  /** From 00:00 of this many days after the last day of the reply. */
  readonly daysAfterReplyDue: number;
  readonly daysPerLevel: number;
}

/** A ground on which the receiving agency may refuse 不同意理由. */
export interface GroundRule extends Rule {
  readonly ground: RefusalGround;
}

/** From which absence on a measure is the one that fits: more than so many days or months after the last day. */
export interface SanctionRule extends Rule {
  readonly measure: Sanction;
  /** For persons of these categories alone; of every one when absent. */
  readonly categories?: readonly CorrectionCategory[];
  readonly over: { readonly days: number } | { readonly months: number };
}

/** Whose record is sealed: the age in completed years 周岁 at the offence, and the sentence pronounced. */
export interface SealingRule extends Rule {
  readonly underAge: number;
  readonly sentenceAtMostMonths: number;
}

/** A ground with its legal basis, and the readers who may give it. */
export interface ReadingRule extends Rule {
  readonly ground: ReadingGround;
  readonly readers: readonly Reader[];
}

/** One power of a power list 权力清单: a type of act that an agency of a level may do. */
export interface Power extends Rule {
  readonly item: string;
  /** Event type without prefix and version. */
  readonly type: string;
  /** The level it is a power of; of every level when absent. */
  readonly level?: AgencyLevel;
}

/** An act whose approver may not be the officer who did one of the others in the same case 经办与审批分离. */
export interface FourEyesRule extends Rule {
  readonly act: OnceType;
  readonly apartFrom: readonly OnceType[];
}

/** Who is sent a copy of what 抄送, and from when on. The sender follows from the office: see `sendingParty`. */
export interface CopyRule extends Rule {
  /** The fact whose documents are copied. */
  readonly of: OnceType;
  /** The act from which on the copy is due. */
  readonly from: OnceType;
  readonly to: OfficeRole;
  /** Only for persons of this category; for all when absent. */
  readonly category?: CorrectionCategory;
  /** The text says promptly 及时 and gives no days: no limit runs for the sending, only for the note of it. */
  readonly isPrompt?: true;
  /** Only where the copied act is the sender's: which party it falls to differs from case to case. */
  readonly isOfSender?: true;
}

/** Every rule of the transfer, as data with a version 规则包. Published packs are not edited: a change is a new version. */
export interface RulePack {
  readonly version: string;
  readonly effectiveFrom: PlainDate;
  /** The last day; null while there is none. */
  readonly effectiveTo: PlainDate | null;
  readonly policy: PolicySwitches;
  readonly limits: readonly Limit[];
  readonly dispute: DisputeRule;
  readonly grounds: readonly GroundRule[];
  readonly fourEyes: readonly FourEyesRule[];
  readonly copies: readonly CopyRule[];
  /** By rising absence. */
  readonly sanctions: readonly SanctionRule[];
  readonly sealing: SealingRule;
  /** On what grounds a sealed record may be read, and by whom. */
  readonly readings: readonly ReadingRule[];
  /** What each level may sign; an act that is not on the list is refused. */
  readonly powers: readonly Power[];
}

/**
 * Which party's node writes the verdict on a limit: the one that waits for the act, because a silent debtor must not be
 * able to hide its silence; the origin's own for what it owes to nobody but the person. One writer, so no two verdicts.
 */
export const WATCHED_BY: Readonly<Record<DeadlineStep, Party>> = {
  OPINION: 'origin',
  CONSULTATION: 'origin',
  REPLY: 'origin',
  DECISION: 'origin',
  REFUSAL_TOLD: 'origin',
  FILE_SENT: 'receiving',
  RECEIPT: 'origin',
  REPORT: 'receiving',
  ORIGIN_COPY: 'receiving',
  RECEIVING_COPY: 'origin',
  ORIGIN_COPY_NOTED: 'origin',
  RECEIVING_COPY_NOTED: 'receiving',
  ORIGIN_CORRECTION_NOTED: 'receiving',
  RECEIVING_CORRECTION_NOTED: 'origin',
  CUSTODY_FILE: 'receiving',
  SEARCH: 'receiving',
  POLICE_NOTICE: 'receiving',
  SANCTION_PROPOSAL: 'receiving',
  SANCTION_DECISION: 'origin',
};
