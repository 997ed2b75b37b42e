import type { AgencyId, Directory } from './agency.js';
import { dueInstants } from './deadlines.js';
import { addDays, dayOf, endOfDay, startOfDay } from './instant.js';
import { repliesOf, standingReply } from './reply.js';
import { packInForce, type Rules } from './rule-book.js';
import type { DisputeRule } from './rule-pack.js';
import type { DisputeLevel, DisputeOutcome, TransferAct, TransferRejection } from './transfer.events.js';
import type { TransferState } from './transfer.state.js';

/** The two agencies a dispute goes to. One and the same where both parties have one above them. */
export interface DisputeBodies {
  readonly originBody: AgencyId;
  readonly receivingBody: AgencyId;
}

/**
 * Who settles a dispute at a level: the agencies directly above both parties 上一级, then their provinces (办法 9, 30). A
 * district of 上海 has the municipality directly above it, which is the province itself. Undefined when the directory has
 * no agency there.
 */
export const disputeBodies = (
  level: DisputeLevel,
  { origin, receiving }: { readonly origin: AgencyId; readonly receiving: AgencyId },
  directory: Directory,
): DisputeBodies | undefined => {
  const [originBody, receivingBody] = [origin, receiving].map((id) => above(level, id, directory));
  return originBody === undefined || receivingBody === undefined ? undefined : { originBody, receivingBody };
};

const above = (level: DisputeLevel, id: AgencyId, directory: Directory): AgencyId | undefined => {
  const parent = directory(id)?.parentId ?? undefined;
  if (parent === undefined || level === 'upper' || directory(parent)?.level === 'province') return parent;
  return above(level, parent, directory);
};

/** A result of the ladder: what both bodies of a level have recorded alike. It binds the decision. */
export interface Ruling {
  readonly level: DisputeLevel;
  readonly outcome: DisputeOutcome;
  readonly acts: readonly TransferAct<'transfer.dispute-resolved'>[];
}

/** Every result there is, the provinces' first: theirs is the last word. */
export const rulingsOf = (state: TransferState): readonly Ruling[] =>
  (['province', 'upper'] as const).flatMap((level) => {
    const raised = state[`transfer.dispute-raised#${level}`]?.data;
    const here = state[`transfer.dispute-resolved#${level}/origin`];
    const there = state[`transfer.dispute-resolved#${level}/receiving`];
    if (raised === undefined) return [];
    const acts = [here, there].filter((act) => act !== undefined);
    const [first] = acts;
    const isJoint = acts.length === 2 || raised.originBody === raised.receivingBody;
    const isAlike = acts.every(({ data }) => data.outcome === first?.data.outcome);
    return first !== undefined && isJoint && isAlike ? [{ level, outcome: first.data.outcome, acts }] : [];
  });

/** Whether a dispute has been raised and has no result. A reply that agrees after all leaves nothing to settle. */
export const isDisputed = (state: TransferState): boolean =>
  state['transfer.dispute-raised#upper'] !== undefined &&
  rulingsOf(state).length === 0 &&
  standingReply(state)?.data.agrees !== true;

type Raised = TransferAct<'transfer.dispute-raised'>;

/** What stands against raising a dispute, as far as the origin knows: only a refusal or a long silence can be disputed. */
export const disputeRejection = (state: TransferState, act: Raised, rules: Rules): TransferRejection | undefined => {
  const { occurredAt } = act;
  const replied = standingReply(state);
  if (replied?.data.agrees) return { code: 'NOTHING_TO_DISPUTE', rule: '办法30' };
  if (rulingsOf(state).length > 0) return { code: 'DISPUTE_ALREADY_RESOLVED' };
  const node = state['transfer.applied']?.data.originNode ?? '';
  const rule = packInForce(rules.book, node, dayOf(occurredAt))?.dispute;
  const isEarly =
    act.data.level === 'province' ? isWithAgencyAbove(state, act, rule) : isSilenceShort(state, act, rule, rules);
  return isEarly ? { code: 'DISPUTE_TOO_EARLY', rule: '办法30' } : undefined;
};

/** Whether there is no reply, and the last day for it has not passed for long enough. */
const isSilenceShort = (
  state: TransferState,
  { occurredAt }: Raised,
  rule: DisputeRule | undefined,
  rules: Rules,
): boolean => {
  if (standingReply(state) !== undefined) return false;
  const due = dueInstants(state, rules).find(({ step }) => step === 'REPLY');
  return (
    due === undefined || rule === undefined || occurredAt < startOfDay(addDays(due.dueDay, rule.daysAfterReplyDue))
  );
};

/** Whether the agencies above the parties still have their days: they have not both said something, and not the same. */
const isWithAgencyAbove = (state: TransferState, { occurredAt }: Raised, rule: DisputeRule | undefined): boolean => {
  const raised = state['transfer.dispute-raised#upper'];
  const halves = (['origin', 'receiving'] as const).map((half) => state[`transfer.dispute-resolved#upper/${half}`]);
  if (raised === undefined || rule === undefined || halves.every((half) => half !== undefined)) return false;
  return occurredAt < endOfDay(addDays(dayOf(raised.occurredAt), rule.daysPerLevel));
};

/** What stands against another reply, as far as the receiving agency knows: the case has been decided, or settled above. */
export const settled = (state: TransferState): TransferRejection | undefined => {
  if (state['transfer.decided'] !== undefined) return { code: 'ALREADY_DECIDED', rule: '法27' };
  return rulingsOf(state).length > 0 ? { code: 'DISPUTE_ALREADY_RESOLVED', rule: '办法30' } : undefined;
};

/**
 * What stands against a decision, as far as the origin knows: a ruling binds it, it waits for one it asked for, and of
 * several replies the standing one counts.
 */
export const boundBy = (state: TransferState, approved: boolean): TransferRejection | undefined => {
  const [ruling] = rulingsOf(state);
  if (ruling !== undefined)
    return approved === (ruling.outcome === 'to-accept')
      ? undefined
      : { code: 'DECISION_CONTRADICTS_RULING', rule: '办法30' };
  if (isDisputed(state)) return { code: 'DISPUTE_PENDING', rule: '办法30' };
  const replied = standingReply(state);
  return replied === undefined || replied.data.agrees === approved
    ? undefined
    : { code: 'DECISION_CONTRADICTS_REPLY', rule: '法27' };
};

/** Whether a decision rests on something: a reply, be it superseded since, or a ruling, done before it. */
export const unfounded = (
  state: TransferState,
  { data, occurredAt }: TransferAct<'transfer.decided'>,
): TransferRejection | undefined => {
  const bases = [
    ...repliesOf(state).map((reply) => ({ approves: reply.data.agrees, since: reply.occurredAt })),
    ...rulingsOf(state).map(({ outcome, acts }) => ({
      approves: outcome === 'to-accept',
      since: acts.map((act) => act.occurredAt).reduce((a, b) => (a > b ? a : b)),
    })),
  ];
  if (bases.length === 0) return { code: 'REPLY_MISSING', rule: '法27' };
  const fitting = bases.filter(({ approves }) => approves === data.approved);
  if (fitting.length === 0) return { code: 'DECISION_CONTRADICTS_REPLY', rule: '法27' };
  return fitting.some(({ since }) => since <= occurredAt) ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};
