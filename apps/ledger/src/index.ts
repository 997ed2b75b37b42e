export { checkEvidence, type EvidenceVerdict } from './evidence/evidence-check.js';
export { proveFromDirectory } from './evidence/evidence-directory.js';
export { verifierPath } from './evidence/verifier-files.js';
export type { BeginGroup } from './event-tail.js';
export { LedgerFault } from './ledger-fault.js';
export type { Evidence, LedgerFaultCode } from './ledger-fault.js';
export { exportLog, type Exported } from './export/export-log.js';
export type { SignedHead } from './ledger-store.js';
export { settleForks } from './witness/settle-forks.js';
export type { KnownFork } from './witness/known-forks.js';
export type { Level } from './witness/level.js';
export { httpWire, type Wire } from './witness/wire.js';
export type { Sequencing } from './sequencing.js';
export { replayDirectory, type ReplayedDirectory, type ReplayQuestion } from './replay/replay-directory.js';
export { type ReplayLine, replayLines } from './replay/replay-lines.js';
export type { ReplayedEntry, ReplayedEvent } from './replay/replayed-entry.js';
export { type AsOf, asOfIn, type Moment } from './replay/replay.js';
export type { ReplayScope } from './replay/scope.js';
export type {
  Counts,
  Finding,
  FindingCode,
  LedgerReport,
  VerifiedState,
  VerifyLevel,
  VerifyOptions,
} from './verify/report.js';
export type { FilesSource, UrlSource } from './verify/served-log.js';
export type { DirectorySource } from './verify/verify-directory.js';
export { type LedgerSource, verifyLedger } from './verify/verify-ledger.js';
export { parseVerifiedState } from './verify/verified-state.js';
