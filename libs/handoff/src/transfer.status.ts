import { isDisputed, rulingsOf } from './dispute.js';
import { standingReply } from './reply.js';
import type { DeadlineStep } from './terms.js';
import { actsOfType, isSuperseded, type TransferState } from './transfer.state.js';

/** 变更状态: where a transfer stands, read from what has been done. */
export type TransferStatus =
  | 'APPLIED'
  | 'OPINION_GIVEN'
  | 'CONSULTING'
  /** The last day of the reply has passed. Silence is neither consent nor refusal. */
  | 'REPLY_OVERDUE'
  | 'DISPUTED'
  /** The agencies above have settled it; the decision follows. */
  | 'RESOLVED'
  | 'REPLIED_AGREE'
  | 'REPLIED_REFUSE'
  | 'DECIDED_APPROVED'
  | 'DECIDED_REFUSED'
  /** The approval has been served: the papers and the person are on their way. */
  | 'NOTIFIED'
  | 'COMPLETED'
  | 'WITHDRAWN';

/** The papers' branch. */
export type FileStatus = 'NOT_SENT' | 'SENT' | 'RECEIVED' | 'RECEIPTED';

/** The person's branch: due to report once the approval has been served, late once the last day has passed, missing once the search was given up. */
export type PersonStatus = 'NOT_DUE' | 'DUE' | 'LATE' | 'MISSING' | 'REPORTED';

/** The furthest the case has come; undefined before the application. A refusal that has been told stays DECIDED_REFUSED. */
export const statusOf = (state: TransferState): TransferStatus | undefined => {
  if (state['transfer.withdrawn']) return 'WITHDRAWN';
  if (state['transfer.completed']) return 'COMPLETED';
  const decided = state['transfer.decided'];
  if (decided && !decided.data.approved) return 'DECIDED_REFUSED';
  if (state['transfer.decision-served']) return 'NOTIFIED';
  if (decided) return 'DECIDED_APPROVED';
  if (rulingsOf(state).length > 0) return 'RESOLVED';
  if (isDisputed(state)) return 'DISPUTED';
  const replied = standingReply(state);
  if (replied) return replied.data.agrees ? 'REPLIED_AGREE' : 'REPLIED_REFUSE';
  if (hasStandingBreach(state, 'REPLY')) return 'REPLY_OVERDUE';
  if (state['transfer.consultation-sent']) return 'CONSULTING';
  if (state['transfer.opinion-given']) return 'OPINION_GIVEN';
  return state['transfer.applied'] && 'APPLIED';
};

export const fileStatusOf = (state: TransferState): FileStatus => {
  if (state['transfer.file-receipted']) return 'RECEIPTED';
  if (state['transfer.file-received']) return 'RECEIVED';
  return state['transfer.file-sent'] ? 'SENT' : 'NOT_SENT';
};

export const personStatusOf = (state: TransferState): PersonStatus => {
  if (state['transfer.person-reported']) return 'REPORTED';
  if (state['transfer.search-closed']?.data.outcome === 'not-found') return 'MISSING';
  if (hasStandingBreach(state, 'REPORT')) return 'LATE';
  return state['transfer.decision-served'] && state['transfer.decided']?.data.approved ? 'DUE' : 'NOT_DUE';
};

/** Whether the case still binds the person: neither withdrawn, nor completed, nor refused and told so. */
export const isOpen = (state: TransferState): boolean => {
  const isRefusalTold = state['transfer.decision-served'] && !state['transfer.decided']?.data.approved;
  return (
    Boolean(state['transfer.applied']) && !state['transfer.withdrawn'] && !state['transfer.completed'] && !isRefusalTold
  );
};

const hasStandingBreach = (state: TransferState, step: DeadlineStep): boolean =>
  actsOfType(state, 'transfer.deadline-breached').some(({ data }) => data.step === step && !isSuperseded(state, data));
