import { dayOf, type Instant } from './instant.js';
import { hubRules, packInForce } from './rule-book.js';
import type { TransferAct, TransferRejection } from './transfer.events.js';
import { struckOf, type TransferState } from './transfer.state.js';

type Reply = TransferAct<'transfer.consultation-replied'> | TransferAct<'transfer.reply-superseded'>;

/** Every reply of a case, oldest first; each but the last has been superseded by the next. */
export const repliesOf = (state: TransferState): readonly Reply[] => {
  const first = state['transfer.consultation-replied'];
  // What took the place of a struck reply stands.
  const overtaken = struckOf(state, 'transfer.consultation-replied').flatMap((reply) =>
    superseding(state, reply.occurredAt),
  );
  const standing = first === undefined ? [] : [first, ...superseding(state, first.occurredAt)];
  return [...overtaken, ...standing];
};

/** The reply that stands; undefined while there is none. */
export const standingReply = (state: TransferState): Reply | undefined => repliesOf(state).at(-1);

/** A reply is later than the one it takes the place of, so this ends. */
const superseding = (state: TransferState, cited: Instant): readonly Reply[] => {
  const next = state[`transfer.reply-superseded#${cited}`];
  return next === undefined ? [] : [next, ...superseding(state, next.occurredAt)];
};

/**
 * A refusal names its ground from the closed list of the pack in force where it is given, and one that the pack's policy
 * admits; an agreement has none.
 */
export const groundRejection = (
  state: TransferState,
  { occurredAt, data: { agrees, ground } }: Reply,
): TransferRejection | undefined => {
  if (agrees) return ground === undefined ? undefined : { code: 'REFUSAL_GROUND_UNEXPECTED' };
  if (ground === undefined) return { code: 'REFUSAL_GROUND_MISSING', rule: '办法30' };
  const node = state['transfer.applied']?.data.receivingNode ?? '';
  const pack = packInForce(hubRules.book, node, dayOf(occurredAt));
  const isOnList = pack?.grounds.some((rule) => rule.ground === ground) === true;
  const isAdmitted = pack?.policy.refusalGrounds === 'closed-list' || ground === 'residence-untrue';
  return isOnList && isAdmitted ? undefined : { code: 'GROUND_NOT_ADMITTED', rule: '办法30' };
};

/** What stands against another reply: it cites one that is not there, or is not later than it. */
export const supersessionRejection = (
  state: TransferState,
  act: TransferAct<'transfer.reply-superseded'>,
): TransferRejection | undefined => {
  const cited = repliesOf(state).find(({ occurredAt }) => occurredAt === act.data.supersedes);
  if (cited === undefined) return { code: 'SUPERSEDED_REPLY_UNKNOWN' };
  return cited.occurredAt < act.occurredAt ? groundRejection(state, act) : { code: 'OCCURRED_BEFORE_CAUSE' };
};
