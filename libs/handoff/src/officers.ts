import type { AgencyRecord } from './agency.js';
import { dayOf } from './instant.js';
import { hubRules, packInForce } from './rule-book.js';
import type { TransferEvent, TransferRejection } from './transfer.events.js';
import type { TransferState } from './transfer.state.js';

/**
 * What stands against the officer who signs, whatever the agency may do: they have stepped back from the case 回避, or
 * have done one of the acts that the approver of this one must not have done (四眼原则, which acts is data). Whether
 * before or after a recusal an act was done is for its officer to say, so only what was recorded before it stands.
 */
export const officerRejection = (
  state: TransferState,
  { type, occurredAt, actor }: TransferEvent,
  { node }: AgencyRecord,
): TransferRejection | undefined => {
  if (type === 'transfer.recusal-declared' || actor.role === 'system') return undefined;
  if (state[`transfer.recusal-declared#${actor.agencyId}/${actor.officerId}`] !== undefined)
    return { code: 'OFFICER_RECUSED', rule: '刑诉法29' };
  const rules = packInForce(hubRules.book, node, dayOf(occurredAt))?.fourEyes ?? [];
  const broken = rules.find(
    ({ act, apartFrom }) =>
      act === type && apartFrom.some((earlier) => state[earlier]?.actor.officerId === actor.officerId),
  );
  return broken === undefined ? undefined : { code: 'FOUR_EYES_REQUIRED', rule: broken.article };
};
