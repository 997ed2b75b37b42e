import type { HandoffGraphql } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';
import type {
  PersonMergeRejection,
  PersonRejection,
  SealedRecordRejection,
  SignedMerge,
  TransferRejection,
} from '@delta-hub/handoff';

/** The input of each command as the API gives it; `RecordConsultationReceived` comes from the node itself. */
export interface Inputs {
  RegisterIntake: HandoffGraphql.RegisterIntakeInput;
  ProposeMatch: HandoffGraphql.PersonPairInput;
  MergePersons: HandoffGraphql.PersonPairInput;
  UnmergePersons: HandoffGraphql.PersonPairInput;
  ReadSealedRecord: HandoffGraphql.ReadSealedRecordInput & { readonly occurredAt?: null };
  ApplyTransfer: HandoffGraphql.ApplyTransferInput;
  GiveOpinion: HandoffGraphql.GiveOpinionInput;
  SendConsultation: HandoffGraphql.TransferActInput;
  RecordConsultationReceived: HandoffGraphql.TransferArrivalInput;
  ReplyConsultation: HandoffGraphql.ReplyConsultationInput;
  RaiseDispute: HandoffGraphql.RaiseDisputeInput;
  ResolveDispute: HandoffGraphql.ResolveDisputeInput;
  DecideTransfer: HandoffGraphql.DecideTransferInput;
  ServeDecision: HandoffGraphql.TransferActInput;
  SendFile: HandoffGraphql.TransferActInput;
  RegisterFileReceived: HandoffGraphql.TransferArrivalInput;
  IssueReceipt: HandoffGraphql.TransferActInput;
  RegisterPersonReported: HandoffGraphql.TransferArrivalInput;
  WithdrawTransfer: HandoffGraphql.WithdrawTransferInput;
  RegisterCustodyFile: HandoffGraphql.TransferActInput;
  StartSearch: HandoffGraphql.TransferActInput;
  NotifyPolice: HandoffGraphql.TransferActInput;
  CloseSearch: HandoffGraphql.CloseSearchInput;
  ProposeSanction: HandoffGraphql.ProposeSanctionInput;
  DecideSanction: HandoffGraphql.DecideSanctionInput;
  /** The node's own merge teller: see there. */
  TellMerge: { readonly transferId: string; readonly merge: SignedMerge; readonly occurredAt?: string };
  DeclareRecusal: HandoffGraphql.DeclareRecusalInput;
  CorrectFact: HandoffGraphql.CorrectFactInput;
  AcknowledgeCorrection: HandoffGraphql.AcknowledgeCorrectionInput;
  SendCopy: HandoffGraphql.SendCopyInput;
  AcknowledgeCopy: HandoffGraphql.AcknowledgeCopyInput;
  AcknowledgeCopyCorrection: HandoffGraphql.AcknowledgeCopyInput;
  /** The node's own deadline worker: passes nothing but the case. */
  JudgeDeadlines: { readonly transferId: string; readonly occurredAt?: string };
}

export type RequestType = keyof Inputs;
export type Request = { [T in RequestType]: { readonly type: T; readonly input: Inputs[T] } }[RequestType];

/** Who gives a command: an officer by token, or the node itself. */
export type Commander =
  Caller | { readonly officerId: string; readonly role: 'system'; readonly agencyId: string; readonly node: string };

/** The one command of the bus: a request, the key that names it, and who gives it. */
export class Handle {
  constructor(
    readonly request: Request,
    readonly idempotencyKey: string,
    readonly commander: Commander,
  ) {}
}

/** Refusals of the input itself, before any rule of the case. */
export type InputRejectionCode =
  | 'AGENCY_UNKNOWN'
  | 'DIVISION_UNKNOWN'
  | 'DOCUMENT_DIGEST_INVALID'
  | 'DOCUMENT_TOO_LARGE'
  | 'FIELD_INVALID'
  | 'IDEMPOTENCY_KEY_INVALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'PERSON_HAS_OPEN_TRANSFER'
  | 'ROLE_NOT_PERMITTED';

export type HubRejection =
  | TransferRejection
  | PersonRejection
  | PersonMergeRejection
  | SealedRecordRejection
  | { readonly code: InputRejectionCode; readonly field?: string; readonly rule?: string };

/** What became of a command. `position` is where its last fact stands in the node's store. */
export type Outcome =
  | { readonly accepted: { readonly stream: string; readonly factIds: readonly string[]; readonly position: bigint } }
  | { readonly rejected: HubRejection };
