import type { CommandContext } from './act.js';
import { citing } from './competence.js';
import type { TransferAct, TransferEventType, TransferFacts } from './transfer.events.js';

/** The act that a command asks to record, with the delegation it is done under, if any. */
export const recordAct = <T extends TransferEventType>(
  type: T,
  { occurredAt, actor, agency }: CommandContext,
  data: TransferFacts[T],
): TransferAct<T> => ({ type, occurredAt, actor: citing({ type, occurredAt, actor }, agency), data });
