import type { AgencyRecord, NodeId } from './agency.js';
import { nthOf } from './anew.js';
import { correctionOf } from './corrections.js';
import { copyFor, type CopyStatus, isOfRecipient, recipientOfAct, sendingParty } from './copies.js';
import { lastDayOf } from './deadlines.js';
import { dayOf, type Instant } from './instant.js';
import { packInForce, type Rules } from './rule-book.js';
import { mayHandleSealed } from './sealing.js';
import type { TransferEvent, TransferRejection } from './transfer.events.js';
import { actsOfType, keyOf, type TransferState } from './transfer.state.js';

const UNKNOWN: TransferRejection = { code: 'TRANSFER_UNKNOWN' };

/**
 * What stands against an act at a node that is no party of the case and serves the recipient of a copy in it: of the case
 * it has the copies alone, what their recipients note, and the corrections of what was copied. To it, nothing else of the
 * case is there.
 */
export const servedRejection = (
  state: TransferState,
  act: TransferEvent,
  author: AgencyRecord,
): TransferRejection | undefined => {
  if (isSealedHere(state) && !mayHandleSealed(act.actor)) return UNKNOWN;
  if (act.type === 'transfer.copy-sent')
    // Whether the case wants the copy is judged where the case is.
    return sendingParty(act.data.office) === 'origin' && state[keyOf(act)] === undefined ? undefined : UNKNOWN;
  if (act.type === 'transfer.fact-corrected') {
    const isSenders = actsOfType(state, 'transfer.copy-sent').some(
      (copy) => copy.data.of === act.data.fact && nthOf(copy) === nthOf(act) && copy.actor.agencyId === author.id,
    );
    return isSenders && state[keyOf(act)] === undefined ? undefined : UNKNOWN;
  }
  return act.type === 'transfer.copy-acknowledged' || act.type === 'transfer.correction-acknowledged'
    ? noteRejection(state, act, author)
    : UNKNOWN;
};

const noteRejection = (
  state: TransferState,
  act: Extract<TransferEvent, { type: 'transfer.copy-acknowledged' | 'transfer.correction-acknowledged' }>,
  author: AgencyRecord,
): TransferRejection | undefined => {
  if (!isOfRecipient(act) || actsOfType(state, 'transfer.copy-sent').length === 0) return UNKNOWN;
  if (recipientOfAct(state, act) !== author.id) return { code: 'ACT_NOT_YOURS', rule: '法27' };
  if (state[keyOf(act)] !== undefined) return { code: 'ALREADY_ACKNOWLEDGED' };
  const cause =
    act.type === 'transfer.copy-acknowledged'
      ? copyFor(state, act.data)
      : correctionOf(state, act.data.fact, nthOf(act));
  if (cause === undefined) return { code: 'NOT_CORRECTED' };
  return cause.occurredAt <= act.occurredAt ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};

/** Whether the copies that are here are of a sealed record 封存. */
const isSealedHere = (state: TransferState): boolean =>
  actsOfType(state, 'transfer.copy-sent').some(({ data }) => data.confidentiality !== undefined);

/** Until when a recipient should take note, by the rule of the sender's node: for where the case itself is not. */
export const noteDue = ({ sent, acknowledged, correction }: CopyStatus, node: NodeId, rules: Rules): Instant => {
  const isOfCorrection = acknowledged !== undefined && correction !== undefined;
  const from = isOfCorrection ? correction.correction.occurredAt : sent.occurredAt;
  const step = sendingParty(sent.data.office) === 'origin' ? 'ORIGIN_COPY_NOTED' : 'RECEIVING_COPY_NOTED';
  const pack = packInForce(rules.book, node, dayOf(from));
  const limit = pack?.limits.find((each) => each.step === step);
  if (pack === undefined || limit === undefined) return from;
  return lastDayOf(limit.days, from, pack.policy.rollForward, rules.calendar).due;
};
