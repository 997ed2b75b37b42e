import { asNth } from './anew.js';
import type { TransferEvent } from './transfer.events.js';
import { nextNth, type TransferState } from './transfer.state.js';

/**
 * Whether the custodial file of a person who serves outside prison 暂予监外执行 has to move too (办法 17, 31): police or prison
 * administration hand it over to their peers of the new province, and the place that holds it tells the new agency.
 */
export const movesCustody = (state: TransferState): boolean =>
  isOutsidePrison(state) && state['transfer.decided']?.data.approved === true;

/**
 * Whether the case waits for that place: it blocks nothing but the completion. Also while the decision is struck, for the
 * one made anew may be there already, where this node does not know of it.
 */
export const isCustodyOpen = (state: TransferState): boolean =>
  state['transfer.custody-file-placed'] === undefined &&
  (movesCustody(state) || (isOutsidePrison(state) && state['transfer.decided'] === undefined));

const isOutsidePrison = (state: TransferState): boolean =>
  state['transfer.applied']?.data.category === 'TemporaryServiceOutsidePrison';

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
