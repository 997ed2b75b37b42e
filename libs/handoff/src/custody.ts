import { asNth } from './anew.js';
import type { TransferEvent } from './transfer.events.js';
import { nextNth, type TransferState } from './transfer.state.js';

/**
 * Whether the custodial file of a person who serves outside prison 暂予监外执行 has to move too (办法 17, 31): police or prison
 * administration hand it over to their peers of the new province, and the place that holds it tells the new agency.
 */
export const movesCustody = (state: TransferState): boolean =>
  state['transfer.applied']?.data.category === 'TemporaryServiceOutsidePrison' &&
  state['transfer.decided']?.data.approved === true;

/** Whether the case waits for that place alone: it blocks nothing but the completion. */
export const isCustodyOpen = (state: TransferState): boolean =>
  movesCustody(state) && state['transfer.custody-file-placed'] === undefined;

/** 双到位: the completion that the last of its acts brings about; undefined while one is missing, or `cause` is none of them. */
export const completionBy = (state: TransferState, cause: TransferEvent): TransferEvent | undefined => {
  const [receipted, reported] = [state['transfer.file-receipted'], state['transfer.person-reported']];
  const placed = state['transfer.custody-file-placed'];
  if (receipted === undefined || reported === undefined || isCustodyOpen(state)) return undefined;
  const acts: readonly TransferEvent[] = [receipted, reported, ...(placed === undefined ? [] : [placed])];
  if (!acts.includes(cause)) return undefined;
  const occurredAt = acts.map((act) => act.occurredAt).reduce((a, b) => (a > b ? a : b));
  return {
    type: 'transfer.completed',
    occurredAt,
    actor: cause.actor,
    data: asNth(nextNth(state, 'transfer.completed')),
  };
};
