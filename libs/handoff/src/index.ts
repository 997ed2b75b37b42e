export type { Act, CommandContext, Competence, CorrectionCategory, DocumentRef } from './act.js';
export type { Actor, ActorRole, AgencyId, AgencyLevel, AgencyRecord, Delegation, Directory, NodeId } from './agency.js';
export { answerable, answerableIntervals, intervalAt, intervalsOf } from './answerable.js';
export type { Interval } from './answerable.js';
export { knownAt, trueAt } from './as-of.js';
export type { ReceivedFact } from './as-of.js';
export { calendarFrom, dayKind, isCovered } from './calendar.js';
export type { Calendar, CalendarYear, DayKind } from './calendar.js';
export { prcCalendar, prcCalendarYears } from './calendar-data.js';
export { aboutCopy, aboutFact, nthOf } from './anew.js';
export { correctionsOf, isCorrectable } from './corrections.js';
export type { CorrectionStatus } from './corrections.js';
export { copiesOf, copyFor, NAMED_OFFICES, sendingParty } from './copies.js';
export { noteDue } from './served-copies.js';
export type { CopyStatus } from './copies.js';
export type { CompetenceRejection } from './competence.js';
export { dueInstants, duties, lastDayOf } from './deadlines.js';
export type { Due, Duty, LastDay } from './deadlines.js';
export { disputeBodies, isDisputed, rulingsOf } from './dispute.js';
export type { DisputeBodies, Ruling } from './dispute.js';
export { HandoffFault } from './faults.js';
export type { HandoffFaultCode } from './faults.js';
export {
  addDays,
  dayOf,
  daysBetween,
  endOfDay,
  isInstant,
  isPlainDate,
  parseInstant,
  startOfDay,
  weekdayOf,
} from './instant.js';
export type { Instant, PlainDate } from './instant.js';
export { personDecider } from './person.js';
export type { PersonCommand, PersonEvent, PersonFile, PersonRejection, PersonState } from './person.js';
export { mergeAdmission, mergePeriods, personMergeDecider } from './person-merge.js';
export type {
  KnownPair,
  KnownPerson,
  MergePeriod,
  PersonMergeCommand,
  PersonMergeEvent,
  PersonMergeRejection,
  PersonMergeState,
} from './person-merge.js';
export { stillToTell } from './merge-told.js';
export type { MergeToTell } from './merge-told.js';
export { jointIntervals } from './joint-intervals.js';
export type { Joint } from './joint-intervals.js';
export { personFile, personFileOf } from './person-file.js';
export { personHistory } from './person-history.js';
export type { PersonFact, PersonHistory } from './person-history.js';
export { defaultPolicy, SWITCHES } from './policy.js';
export type { PolicySwitches, RollForward } from './policy.js';
export { repliesOf, standingReply } from './reply.js';
export {
  builtInRules,
  checkBook,
  hubRules,
  packInForce,
  rulesText,
  tracedRules,
  traceRule,
  useRules,
} from './rule-book.js';
export { withAddition } from './rules-addition.js';
export type { PackVersion, RulesAddition } from './rules-addition.js';
export type { RuleBook, Rules, TracedRule } from './rule-book.js';
export { mergeOverlay } from './rule-overlay.js';
export type { OfficeName, Overlay, OverlayConflict, ProvincialPack } from './rule-overlay.js';
export type { FourEyesRule, Limit, Power, Rule, RulePack, RuleSource, Rung } from './rule-pack.js';
export { powerOf } from './power.js';
export { rulePack2020 } from './rule-pack-2020.js';
export { sealedRecordDecider } from './sealed-record.js';
export type { SealedRecordCommand, SealedRecordEvent, SealedRecordRejection } from './sealed-record.js';
export { isSealedAtBirth, mayHandleSealed, opensRecord } from './sealing.js';
export { articleOf, signingRejection } from './signing.js';
export type { DeadlineStep, OfficeRole, Party, Reader, ReadingGround, Sanction, Seal } from './terms.js';
export { admit, transferDecider } from './transfer.js';
export type { TransferCommand } from './transfer.commands.js';
export { actsOf, actsOfType, isSuperseded, keyOf } from './transfer.state.js';
export type { StateKey, TransferState } from './transfer.state.js';
export type {
  DisputeLevel,
  DisputeOutcome,
  OnceType,
  OutsideService,
  CorrectionKind,
  RecusalGround,
  RefusalGround,
  SignedMerge,
  SupersedingReason,
  TransferAct,
  TransferEvent,
  TransferEventType,
  TransferFacts,
  TransferReason,
  TransferRejection,
  TransferRejectionCode,
  Verdict,
  VerdictType,
  WithdrawalReason,
} from './transfer.events.js';
export { PROCEDURE } from './transfer.procedure.js';
export type { ProcedureStep } from './transfer.procedure.js';
export { fileStatusOf, isOpen, personStatusOf, statusOf } from './transfer.status.js';
export type { FileStatus, PersonStatus, TransferStatus } from './transfer.status.js';
export { transferSummary } from './transfer-summary.js';
export type { TransferSummary } from './transfer-summary.js';
export { isIntake, isMergeEvent, isReading, isTransferEvent, upcast } from './upcasts.js';
export type { HandoffEvent, HandoffEventType } from './upcasts.js';
export { dueActs, nextLook, standingVerdicts } from './verdicts.js';
export { chainOf, worklistOf } from './worklist.js';
export type { WorklistRow } from './worklist.js';
export { AT_ONCE, excusesAt } from './transmission.js';
export type { Arrival, DeclaredOutage, Transmission } from './transmission.js';
export { isSilent, outageOf, skewOf, STALE_AFTER_MINUTES } from './line.js';
export type { Beat, Heard, Outage, OutageEvidence, OutageFlaw, Told } from './line.js';
