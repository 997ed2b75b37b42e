import { lastDayOf } from './deadlines.js';
import { dayOf } from './instant.js';
import { hubRules, packInForce, type Rules } from './rule-book.js';
import type { TransferAct, TransferRejection } from './transfer.events.js';
import type { TransferState } from './transfer.state.js';

/**
 * 期满 (domain B12, P): what stands against approving a transfer whose last day for the report, were it served today, comes
 * after the end of the term. It is a warning: the decision goes through once it says that this has been seen.
 */
export const termEndRejection = (
  state: TransferState,
  { data, occurredAt }: TransferAct<'transfer.decided'>,
  { book, calendar }: Rules = hubRules,
): TransferRejection | undefined => {
  const parties = state['transfer.applied']?.data;
  if (parties === undefined || !data.approved || data.termEndNoted === true) return undefined;
  const pack = packInForce(book, parties.receivingNode, dayOf(occurredAt));
  const report = pack?.limits.find(({ step }) => step === 'REPORT');
  if (pack === undefined || report === undefined) return undefined;
  const { dueDay } = lastDayOf(report.days + pack.policy.travelDays, occurredAt, pack.policy.rollForward, calendar);
  return dueDay > parties.correctionEnd ? { code: 'TERM_ENDS_FIRST', rule: '法44' } : undefined;
};
