import type { CommandContext } from './act.js';
import type { AgencyId, AgencyRecord, Directory } from './agency.js';
import type { PersonFile } from './person.js';
import type { Rules } from './rule-book.js';
import type { MergeToTell } from './merge-told.js';
import type { OfficeRole, Sanction } from './terms.js';
import type {
  CorrectionKind,
  DisputeLevel,
  DisputeOutcome,
  Documents,
  OnceType,
  OutsideService,
  RecusalGround,
  RefusalGround,
  SearchOutcome,
  SignedMerge,
  TransferFacts,
  TransferReason,
  WithdrawalReason,
} from './transfer.events.js';
import type { Transmission } from './transmission.js';

/** What an officer, or the node itself, asks to be recorded. Look-ups are made by the caller: the core asks nobody. */
export type TransferCommand =
  | (CommandContext &
      Documents & {
        readonly type: 'ApplyTransfer';
        readonly personId: string;
        /** The person as this node's facts know them; undefined when they do not. */
        readonly person: PersonFile | undefined;
        /** The agency the person wants to move to; undefined when the directory has none there. */
        readonly receiving: AgencyRecord | undefined;
        readonly reason: TransferReason;
        /** By which fact the person is of two ids now; absent when they are of one. */
        readonly merge?: MergeToTell;
      })
  | (CommandContext & Documents & { readonly type: 'GiveOpinion'; readonly supports: boolean })
  | (CommandContext & Documents & { readonly type: 'SendConsultation' })
  | (CommandContext & { readonly type: 'RecordConsultationReceived' })
  | (CommandContext &
      Documents & {
        readonly type: 'ReplyConsultation';
        readonly agrees: boolean;
        readonly ground?: RefusalGround;
        /** The reply that this one takes the place of, and why; absent from the first. */
        readonly superseding?: Pick<TransferFacts['transfer.reply-superseded'], 'supersedes' | 'reason'>;
      })
  | (CommandContext &
      Documents & { readonly type: 'DecideTransfer'; readonly approved: boolean; readonly termEndNoted?: true })
  | (CommandContext & Documents & { readonly type: 'ServeDecision' })
  | (CommandContext & Documents & { readonly type: 'SendFile' })
  | (CommandContext & { readonly type: 'RegisterFileReceived' })
  | (CommandContext & Documents & { readonly type: 'IssueReceipt' })
  | (CommandContext & { readonly type: 'RegisterPersonReported' })
  | (CommandContext & Documents & { readonly type: 'WithdrawTransfer'; readonly reason: WithdrawalReason })
  | (CommandContext &
      Documents & {
        readonly type: 'RaiseDispute';
        readonly level: DisputeLevel;
        readonly directory: Directory;
        readonly rules: Rules;
      })
  | (CommandContext &
      Documents & { readonly type: 'ResolveDispute'; readonly level: DisputeLevel; readonly outcome: DisputeOutcome })
  | (CommandContext & { readonly type: 'DeclareRecusal'; readonly ground: RecusalGround })
  | (CommandContext &
      Documents & {
        readonly type: 'CorrectFact';
        readonly fact: OnceType;
        readonly kind: CorrectionKind;
        /** Whether the person has applied for another transfer since, from where this one has brought them. */
        readonly hasMovedOn?: boolean;
      })
  | (CommandContext & {
      readonly type: 'AcknowledgeCorrection';
      readonly fact: OnceType;
      readonly office?: OfficeRole;
    })
  | (CommandContext & {
      readonly type: 'SendCopy';
      readonly of: OnceType;
      readonly office: OfficeRole;
      /** Whom the directory has for the office beside that party; undefined when nobody. */
      readonly recipientOf: (party: AgencyId) => AgencyRecord | undefined;
      /** How the copy was served outside the hub; absent where the directory has the recipient. */
      readonly outside?: OutsideService;
    })
  | (CommandContext & { readonly type: 'AcknowledgeCopy'; readonly of: OnceType; readonly office: OfficeRole })
  /** The node of the origin: what was said of two ids of the person since it told of their merge. */
  | (CommandContext & { readonly type: 'TellMerge'; readonly merge: SignedMerge })
  | (CommandContext & Documents & { readonly type: 'RegisterCustodyFile' })
  | (CommandContext & Documents & { readonly type: 'StartSearch' })
  | (CommandContext & Documents & { readonly type: 'NotifyPolice' })
  | (CommandContext & Documents & { readonly type: 'CloseSearch'; readonly outcome: SearchOutcome })
  | (CommandContext &
      Documents & { readonly type: 'ProposeSanction'; readonly measure: Sanction; readonly rules: Rules })
  | (CommandContext &
      Documents & { readonly type: 'DecideSanction'; readonly measure: Sanction | 'none'; readonly rules: Rules })
  /** The deadline worker of a node: for the agency that waits, at `now`. */
  | (CommandContext & { readonly type: 'JudgeDeadlines'; readonly rules: Rules; readonly transmission: Transmission });
