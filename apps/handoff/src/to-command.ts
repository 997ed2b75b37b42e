import { agencyById, agencyOfDivision, divisionByCode, type HandoffGraphql, recipientById } from '@delta-hub/contracts';
import {
  type CommandContext,
  type CorrectionKind,
  dayOf,
  hubRules,
  isCorrectable,
  type MergeToTell,
  parseInstant,
  type PersonCommand,
  type PersonFile,
  type PersonMergeCommand,
  type Reader,
  type RecusalGround,
  type RefusalGround,
  type Sanction,
  type ReadingGround,
  type SealedRecordCommand,
  type SupersedingReason,
  type TransferCommand,
  type Transmission,
} from '@delta-hub/handoff';
import { toCopyCommand } from './copy-commands.js';
import type { CheckedInput } from './input-checks.js';
import type { Commander, HubRejection, Inputs, Request } from './requests.js';

/** What the core's commands need beside the input: looked up here, so that the core asks nobody. */
export type Pair = Pick<PersonMergeCommand, 'person' | 'duplicate' | 'isTaken'>;

export interface LookUps {
  readonly now: string;
  readonly person: (personId: string) => PersonFile | undefined;
  readonly transmission: Transmission;
  /** Two persons, each by itself; absent unless the request is about two. */
  readonly pair?: Pair;
  /** By which fact the person is of two ids now; absent unless a transfer is applied for. */
  readonly merge?: MergeToTell | undefined;
  /** Whether the person of the case has applied to move on from where it has brought them; absent unless a fact is corrected. */
  readonly hasMovedOn?: boolean;
  /** Whether a sealed record of the person is the commander's to read; absent unless the request is to read one. */
  readonly isReadable?: boolean;
}

export type AnyCommand = TransferCommand | PersonCommand | PersonMergeCommand | SealedRecordCommand;

const FACT_UNKNOWN = { code: 'FACT_UNKNOWN' } as const;

/** A request as a command of the core, or what the directory has against it. */
export const toCommand = (
  request: Request,
  checked: CheckedInput,
  commander: Commander,
  lookUps: LookUps,
): AnyCommand | HubRejection => {
  const agency = agencyById(commander.agencyId);
  if (agency === undefined || agency.node !== commander.node) return { code: 'AGENCY_UNKNOWN' };
  const { officerId, role, agencyId } = commander;
  const duty = 'duty' in commander && commander.duty !== undefined ? { duty: commander.duty } : {};
  const { occurredAt, documents } = checked;
  const context: CommandContext = {
    occurredAt,
    now: lookUps.now,
    actor: { officerId, role, agencyId, ...duty },
    agency,
  };
  switch (request.type) {
    case 'RegisterIntake':
      return registerIntake(request.input, context, lookUps);
    case 'ProposeMatch':
    case 'MergePersons':
    case 'UnmergePersons':
      return ofPair(request, context, documents, lookUps);
    case 'ReadSealedRecord':
      return readSealedRecord(request.input, context, documents, lookUps);
    case 'ApplyTransfer':
      return applyTransfer(request.input, context, documents, lookUps);
    case 'GiveOpinion':
      return { ...context, type: request.type, documents, supports: request.input.supports };
    case 'ReplyConsultation':
      return replyConsultation(request.input, context, documents);
    case 'RaiseDispute':
    case 'ResolveDispute':
      return disputing(request, context, documents);
    case 'DecideTransfer':
      return {
        ...{ ...context, type: request.type, documents, approved: request.input.approved },
        ...(request.input.termEndNoted === true ? { termEndNoted: true } : {}),
      };
    case 'CloseSearch':
    case 'ProposeSanction':
    case 'DecideSanction':
      return afterNonReport(request, context, documents);
    case 'TellMerge':
      return { ...context, type: request.type, merge: request.input.merge };
    case 'DeclareRecusal': {
      const ground = request.input.ground.replaceAll('_', '-') as RecusalGround;
      return { ...context, type: request.type, ground };
    }
    case 'CorrectFact':
    case 'AcknowledgeCorrection':
      return correcting(request, context, documents, lookUps);
    case 'SendCopy':
    case 'AcknowledgeCopy':
    case 'AcknowledgeCopyCorrection':
      return toCopyCommand(request, context);
    case 'WithdrawTransfer':
      return { ...context, type: request.type, documents, reason: request.input.reason };
    case 'RecordConsultationReceived':
    case 'RegisterFileReceived':
    case 'RegisterPersonReported':
      return { ...context, type: request.type };
    case 'JudgeDeadlines':
      return { ...context, type: request.type, rules: hubRules, transmission: lookUps.transmission };
    case 'SendConsultation':
    case 'ServeDecision':
    case 'SendFile':
    case 'IssueReceipt':
    case 'RegisterCustodyFile':
    case 'StartSearch':
    case 'NotifyPolice':
      return { ...context, type: request.type, documents };
  }
};

const disputing = (
  request: Extract<Request, { type: 'RaiseDispute' | 'ResolveDispute' }>,
  context: CommandContext,
  documents: CheckedInput['documents'],
): TransferCommand => {
  const { level } = request.input;
  if (request.type === 'RaiseDispute')
    return { ...context, type: request.type, documents, level, directory: agencyById, rules: hubRules };
  const outcome = request.input.outcome === 'to_accept' ? 'to-accept' : 'refusal-upheld';
  return { ...context, type: request.type, documents, level, outcome };
};

const correcting = (
  request: Extract<Request, { type: 'CorrectFact' | 'AcknowledgeCorrection' }>,
  context: CommandContext,
  documents: CheckedInput['documents'],
  { hasMovedOn = false }: LookUps,
): TransferCommand | HubRejection => {
  const { fact } = request.input;
  if (!isCorrectable(fact)) return FACT_UNKNOWN;
  if (request.type === 'AcknowledgeCorrection') return { ...context, type: request.type, fact };
  const kind = request.input.kind.replaceAll('_', '-') as CorrectionKind;
  return { ...context, type: request.type, documents, fact, kind, hasMovedOn };
};

const afterNonReport = (
  request: Extract<Request, { type: 'CloseSearch' | 'ProposeSanction' | 'DecideSanction' }>,
  context: CommandContext,
  documents: CheckedInput['documents'],
): TransferCommand => {
  if (request.type === 'CloseSearch') {
    const outcome = request.input.outcome === 'not_found' ? 'not-found' : 'found';
    return { ...context, type: request.type, documents, outcome };
  }
  const rules = hubRules;
  if (request.type === 'ProposeSanction')
    return { ...context, type: request.type, documents, measure: sanctionNamed(request.input.measure), rules };
  const { measure } = request.input;
  const named = measure == null ? 'none' : sanctionNamed(measure);
  return { ...context, type: request.type, documents, measure: named, rules };
};

const sanctionNamed = (measure: HandoffGraphql.Sanction): Sanction => measure.replaceAll('_', '-') as Sanction;

const registerIntake = (
  { personId, category, correctionStart, correctionEnd, ...input }: Inputs['RegisterIntake'],
  context: CommandContext,
  lookUps: LookUps,
): PersonCommand => ({
  ...{ ...context, type: 'RegisterIntake', personId, category, correctionStart, correctionEnd },
  known: lookUps.person(personId),
  offence: { ageAtOffence: input.ageAtOffence ?? undefined, sentenceMonths: input.sentenceMonths ?? undefined },
  ...{ mentionsSealed: input.mentionsSealed === true, book: hubRules.book },
});

const readSealedRecord = (
  { personId, ground }: Inputs['ReadSealedRecord'],
  context: CommandContext,
  documents: CheckedInput['documents'],
  { isReadable = false }: LookUps,
): SealedRecordCommand | HubRejection => {
  const reader = readerOf(context.actor);
  if (reader === undefined) return { code: 'ROLE_NOT_PERMITTED' };
  return {
    ...{ ...context, type: 'ReadSealedRecord', personId, documents, reader, isReadable, book: hubRules.book },
    ground: ground.replaceAll('_', '-') as ReadingGround,
  };
};

const readerOf = ({ role, agencyId }: CommandContext['actor']): Reader | undefined => {
  if (role === 'officer' || role === 'office-officer') return 'correction';
  if (role === 'inspector') return 'inspector';
  return role === 'recipient' ? recipientById(agencyId)?.kind : undefined;
};

const ofPair = (
  { type, input }: Extract<Request, { type: PersonMergeCommand['type'] }>,
  context: CommandContext,
  documents: CheckedInput['documents'],
  { pair }: LookUps,
): PersonMergeCommand => {
  const { personId, duplicateId } = input;
  const { person, duplicate, isTaken = false } = pair ?? { person: undefined, duplicate: undefined };
  return { ...context, type, personId, duplicateId, documents, person, duplicate, isTaken };
};

const replyConsultation = (
  { agrees, ground, superseding }: Inputs['ReplyConsultation'],
  context: CommandContext,
  documents: CheckedInput['documents'],
): TransferCommand | HubRejection => {
  // GraphQL names cannot hold a hyphen; the fact's can.
  const named = ground == null ? {} : { ground: ground.replaceAll('_', '-') as RefusalGround };
  const reply = { ...context, type: 'ReplyConsultation', documents, agrees, ...named } as const;
  if (superseding == null) return reply;
  const supersedes = parseInstant(superseding.supersedes);
  if (supersedes === undefined) return { code: 'FIELD_INVALID', field: 'superseding.supersedes' };
  const reason = superseding.reason.replaceAll('_', '-') as SupersedingReason;
  return { ...reply, superseding: { supersedes, reason } };
};

const applyTransfer = (
  { personId, receivingDivision, reason }: Inputs['ApplyTransfer'],
  context: CommandContext,
  documents: CheckedInput['documents'],
  lookUps: LookUps,
): TransferCommand | HubRejection => {
  const division = divisionByCode(receivingDivision, dayOf(context.occurredAt));
  if (division?.level !== 'county') return { code: 'DIVISION_UNKNOWN', field: 'receivingDivision' };
  return {
    ...context,
    type: 'ApplyTransfer',
    personId,
    person: lookUps.person(personId),
    receiving: agencyOfDivision(receivingDivision),
    reason,
    documents,
    ...(lookUps.merge === undefined ? {} : { merge: lookUps.merge }),
  };
};
