import { accept, type Decider, reject } from '@delta-hub/decider';
import type { Actor, AgencyRecord } from './agency.js';
import { asNth, isStriking, nthOf, WRITTEN_ABOUT } from './anew.js';
import { boundBy, disputeRejection, rulingsOf, settled, unfounded } from './dispute.js';
import { toAct } from './command-to-act.js';
import { competenceRejection } from './competence.js';
import { dueInstants } from './deadlines.js';
import {
  copyRejection,
  foreignCopyRejection,
  isOfRecipient,
  noteRejection,
  recipientOfAct,
  sendingParty,
} from './copies.js';
import type { Party } from './terms.js';
import type { TransferCommand } from './transfer.commands.js';
import type { OnceType, TransferAct, TransferEvent, TransferRejection } from './transfer.events.js';
import {
  acknowledgementRejection,
  correctingParty,
  correctionRejection,
  isMarkedWrong,
  restsOnCorrected,
} from './corrections.js';
import { completionBy, isCustodyOpen, movesCustody } from './custody.js';
import { mergeTold } from './merge-told.js';
import { noticeOfNonReport, sanctionRejection } from './non-report.js';
import { officerRejection } from './officers.js';
import { mayHandleSealed } from './sealing.js';
import { groundRejection, supersessionRejection } from './reply.js';
import { hubRules } from './rule-book.js';
import { WATCHED_BY } from './rule-pack.js';
import { servedRejection } from './served-copies.js';
import { PROCEDURE } from './transfer.procedure.js';
import { termEndRejection } from './term-end.js';
import {
  actsOfType,
  evolveTransfer as evolve,
  areCrossing,
  beforeCorrections,
  isRepeated,
  keyOf,
  nextNth,
  NOTHING_DONE,
  struckOf,
  type TransferState,
} from './transfer.state.js';
import { dueActs, verdictRejection } from './verdicts.js';

/** 执行地变更 (社区矫正法 27 第2款). Decided by the agency the person leaves, not by the one that receives. */
export const transferDecider: Decider<TransferState, TransferCommand, TransferEvent, TransferRejection> = {
  initialState: NOTHING_DONE,
  evolve,
  decide: (command, state) => {
    if (command.type === 'JudgeDeadlines') return judge(command, state);
    const act = toAct(command, state);
    if ('code' in act) return reject(act);
    // Whoever knows of a withdrawal is bound by it.
    const isClosed = state['transfer.withdrawn'] !== undefined;
    const rejection = guard(state, act, command.agency, isClosed, repetition(state, act));
    if (rejection !== undefined) return reject(sayingMore(rejection, act, state));
    const bound = restsOnCorrected(state, act) ?? bindingOnUs(command, act, state);
    if (bound !== undefined) return reject(bound);
    if (act.occurredAt > command.now) return reject({ code: 'OCCURRED_IN_FUTURE' });
    return accept(act, ...consequences(evolve(state, act), act, command));
  },
};

/**
 * Whether a partner's verified event may join the case: its author is the right one (`author` is the directory's record
 * of the agency that signed), the acts it depends on are here, and it is the first of its kind. It is never refused
 * because of something its author could not know: a reply in flight is admitted after our withdrawal, and after we have
 * corrected the letter it answers. Only the origin withdraws, so only the origin's own acts are closed by it.
 */
export const admit = (
  state: TransferState,
  event: TransferEvent,
  author: AgencyRecord,
): TransferRejection | undefined => {
  const isClosed = state['transfer.withdrawn'] !== undefined && partyOf(state, event) === 'origin';
  const again = repetition(state, event);
  const rejection = guard(state, event, author, isClosed, again);
  if (rejection === undefined) return undefined;
  return beforeCorrections(state).some((past) => guard(past, event, author, isClosed, again) === undefined)
    ? undefined
    : rejection;
};

/** Whether the act has been done already: once for each thing it is about, and anew when it has been struck. */
const repetition = (state: TransferState, act: TransferEvent): TransferRejection | undefined => {
  const { again } = PROCEDURE[act.type];
  const known = state[keyOf(act)];
  const isKnown = (each: TransferEvent): boolean => !areCrossing(act, each);
  if (isRepeated(act.type)) return known !== undefined && isKnown(known) ? refusal(again) : undefined;
  const same = struckOf(state, act.type).find((each) => nthOf(each) === nthOf(act)) as TransferEvent | undefined;
  if (same !== undefined) return isKnown(same) ? refusal(again) : undefined;
  if (known !== undefined) return isKnown(known) ? refusal(again) : undefined;
  // The first of what is not there yet is no repetition: whether its cause is there is asked elsewhere.
  return isNthOf(state, act) || nthOf(act) === 1 ? undefined : { code: 'NOT_CORRECTED' };
};

/** Whether an act that says which of its type it is says so rightly. */
const isNthOf = (state: TransferState, act: TransferEvent): boolean => {
  const ground = WRITTEN_ABOUT[act.type as OnceType];
  const isOfGround = (each: TransferEvent | undefined): boolean => each !== undefined && nthOf(each) === nthOf(act);
  return ground === undefined
    ? nthOf(act) === nextNth(state, act.type as OnceType)
    : isOfGround(state[ground]) || struckOf(state, ground).some((each) => nthOf(each) === nthOf(act));
};

/** The one test of an act, ours or the partner's: by whom, once, still open, after what, saying what, when. */
const guard = (
  state: TransferState,
  act: TransferEvent,
  author: AgencyRecord,
  isClosed: boolean,
  again: TransferRejection | undefined,
): TransferRejection | undefined => {
  const step = PROCEDURE[act.type];
  const applied = act.type === 'transfer.applied' ? act : state['transfer.applied'];
  if (applied === undefined) return competenceRejection(act, step, author) ?? servedRejection(state, act, author);
  // To everybody else a sealed case is as if it were not there.
  if (applied.data.confidentiality !== undefined && !mayHandleSealed(act.actor)) return { code: 'TRANSFER_UNKNOWN' };
  const outsider = isAuthor(state, applied, act, author) ? undefined : refusal('ACT_NOT_YOURS', step.article);
  return (
    competenceRejection(act, step, author) ??
    outsider ??
    again ??
    (isClosed && !step.survivesClosing ? refusal('TRANSFER_CLOSED') : undefined) ??
    missing(state, act) ??
    officerRejection(state, act, author) ??
    objection(state, act) ??
    (step.after.every(([type]) => isNotBefore(act, state[type])) ? undefined : refusal('OCCURRED_BEFORE_CAUSE'))
  );
};

/** What has not been done that the act depends on; or it has been, and struck since. */
const missing = (state: TransferState, act: TransferEvent): TransferRejection | undefined => {
  const { after, article } = PROCEDURE[act.type];
  const cause = after.find(([type]) => state[type] === undefined && !isSearchAtOnce(state, act));
  if (cause === undefined) return undefined;
  const [type, code] = cause;
  return struckOf(state, type).length > 0 ? { code: 'RESTS_ON_CORRECTED' } : refusal(code, article);
};

/**
 * Whether a search begins when the last day for the report is over: at once (社区矫正法 30), though the notice may not have
 * come, since the line is down; nor what its author could not know, that the person has reported.
 */
const isSearchAtOnce = (state: TransferState, { type, occurredAt }: TransferEvent): boolean =>
  type === 'transfer.search-started' &&
  dueInstants(state, hubRules).some(({ step, due }) => step === 'REPORT' && due <= occurredAt);

const partyOf = (state: TransferState, act: TransferEvent): Party => {
  if (act.type === 'transfer.fact-corrected' || act.type === 'transfer.correction-acknowledged')
    return correctingParty(state, act);
  if (act.type === 'transfer.copy-sent') return sendingParty(act.data.office);
  const { party } = PROCEDURE[act.type];
  if (party === 'any') return 'origin';
  if (party === 'body') return 'side' in act.data ? act.data.side : 'origin';
  if (party !== 'watching') return party;
  return 'step' in act.data ? WATCHED_BY[act.data.step] : 'origin';
};

type Judge = Extract<TransferCommand, { type: 'JudgeDeadlines' }>;

/** The verdicts that are due from the agency the command names; none is no refusal. */
const judge = ({ agency, actor, now, rules, transmission }: Judge, state: TransferState) => {
  const applied = state['transfer.applied'];
  if (applied === undefined) return reject<TransferRejection>({ code: 'TRANSFER_UNKNOWN' });
  if (actor.role !== 'system') return reject<TransferRejection>({ code: 'ROLE_NOT_PERMITTED' });
  const parties = (['origin', 'receiving'] as const).filter((party) => isParty(applied, party, agency));
  if (parties.length === 0) return reject<TransferRejection>({ code: 'ACT_NOT_YOURS' });
  const acts = parties.flatMap((party) => dueActs(state, now, rules, party, transmission));
  return accept(...acts, ...noticeOfNonReport(state, acts));
};

/** Whether the agency may write this act in this case: a party, or one of the bodies the dispute was taken to. */
const isAuthor = (
  state: TransferState,
  applied: TransferAct<'transfer.applied'>,
  act: TransferEvent,
  author: AgencyRecord,
): boolean => {
  if (act.type === 'transfer.recusal-declared') return hasToDoWith(state, applied, author);
  if (author.level === 'recipient' || isOfRecipient(act)) return recipientOfAct(state, act) === author.id;
  if (act.type === 'transfer.sanction-decided')
    return isParty(applied, 'origin', author) || isParty(applied, 'receiving', author);
  if (act.type !== 'transfer.dispute-resolved') return isParty(applied, partyOf(state, act), author);
  const raised = state[`transfer.dispute-raised#${act.data.level}`]?.data;
  return raised === undefined || raised[act.data.side === 'origin' ? 'originBody' : 'receivingBody'] === author.id;
};

const hasToDoWith = (state: TransferState, applied: TransferAct<'transfer.applied'>, author: AgencyRecord): boolean =>
  isParty(applied, 'origin', author) ||
  isParty(applied, 'receiving', author) ||
  actsOfType(state, 'transfer.dispute-raised').some(({ data: { originBody, receivingBody } }) =>
    [originBody, receivingBody].includes(author.id),
  );

/** What binds the one who decides here and now; a partner's act is not measured by what its author could not know. */
const bindingOnUs = (
  command: TransferCommand,
  act: TransferEvent,
  state: TransferState,
): TransferRejection | undefined => {
  if (act.type === 'transfer.decided') return boundBy(state, act.data.approved) ?? termEndRejection(state, act);
  if (act.type === 'transfer.reply-superseded') return settled(state);
  if (act.type === 'transfer.copy-sent') return foreignCopyRejection(state, act);
  const isInTime =
    state['transfer.person-reported'] !== undefined && state['transfer.nonreport-notified'] === undefined;
  if (act.type === 'transfer.search-started' && isInTime)
    return { code: 'NONREPORT_NOT_NOTIFIED', rule: PROCEDURE[act.type].article };
  // Whoever answers has it by the report: what rests on it in other cases is not undone here.
  const isReport = act.type === 'transfer.fact-corrected' && act.data.fact === 'transfer.person-reported';
  if (isReport && isStriking(act) && 'hasMovedOn' in command && command.hasMovedOn)
    return { code: 'PERSON_HAS_MOVED_ON', rule: PROCEDURE['transfer.applied'].article };
  // Of a decision on a sanction, the party corrects the one it has made; of two that crossed, the one that counts.
  if (act.type === 'transfer.fact-corrected' && act.data.fact === 'transfer.sanction-decided') {
    if (state[act.data.fact]?.actor.agencyId !== act.actor.agencyId) return { code: 'ACT_NOT_YOURS' };
    return state[keyOf(act)] === undefined ? undefined : { code: 'ALREADY_CORRECTED' };
  }
  if (act.type === 'transfer.withdrawn' && state['transfer.person-reported'] !== undefined)
    return { code: 'ALREADY_REPORTED', rule: PROCEDURE[act.type].article };
  if (act.type === 'transfer.dispute-raised' && command.type === 'RaiseDispute')
    return disputeRejection(state, act, command.rules);
  if (act.type === 'transfer.sanction-proposed' || act.type === 'transfer.sanction-decided')
    return 'measure' in command ? sanctionRejection(state, act, command.rules) : undefined;
  return act.type === 'transfer.dispute-resolved' && rulingsOf(state).some(({ level }) => level === act.data.level)
    ? { code: 'DISPUTE_ALREADY_RESOLVED' }
    : undefined;
};

/** The party itself, or an office below it; at the node where the case says the party is. */
const isParty = ({ data }: TransferAct<'transfer.applied'>, party: Party, agency: AgencyRecord): boolean =>
  agency.node === (party === 'origin' ? data.originNode : data.receivingNode) &&
  (agency.level === 'office' ? agency.parentId : agency.id) === data[party];

const isNotBefore = (act: TransferEvent, cause: TransferEvent | undefined): boolean =>
  cause === undefined || cause.occurredAt <= act.occurredAt;

/** What the law has against this act as it stands, all acts it depends on being there. */
const objection = (state: TransferState, act: TransferEvent): TransferRejection | undefined => {
  const { article } = PROCEDURE[act.type];
  switch (act.type) {
    case 'transfer.applied':
      if (act.data.origin === act.data.receiving) return { code: 'SAME_AGENCY' };
      return act.occurredAt < act.data.answerableSince ? { code: 'OCCURRED_BEFORE_CAUSE' } : undefined;
    case 'transfer.consultation-replied':
      return groundRejection(state, act);
    case 'transfer.reply-superseded':
      return supersessionRejection(state, act);
    case 'transfer.decided':
      // The decision follows the reply, or what the agencies above both have settled.
      return unfounded(state, act);
    case 'transfer.dispute-raised':
      if (state['transfer.decided'] !== undefined) return { code: 'ALREADY_DECIDED' };
      return act.data.level === 'province' && state['transfer.dispute-raised#upper'] === undefined
        ? { code: 'DISPUTE_LEVEL_MISSING', rule: article }
        : undefined;
    case 'transfer.dispute-resolved': {
      const raised = state[`transfer.dispute-raised#${act.data.level}`];
      if (raised === undefined) return { code: 'DISPUTE_NOT_RAISED', rule: article };
      return isNotBefore(act, raised) ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
    }
    case 'transfer.fact-corrected':
      return correctionRejection(state, act);
    case 'transfer.correction-acknowledged':
      return acknowledgementRejection(state, act);
    case 'transfer.copy-sent':
      return copyRejection(state, act);
    case 'transfer.copy-acknowledged':
      return noteRejection(state, act);
    case 'transfer.recusal-declared':
      // Nobody recuses another.
      return act.data.officerId === act.actor.officerId && act.data.agency === act.actor.agencyId
        ? undefined
        : { code: 'ACT_NOT_YOURS', rule: article };
    case 'transfer.completed':
      return isCustodyOpen(state) ? { code: 'CUSTODY_FILE_MISSING', rule: article } : undefined;
    case 'transfer.custody-file-placed':
      if (!state['transfer.decided']?.data.approved) return { code: 'NOT_APPROVED', rule: article };
      return movesCustody(state) ? undefined : { code: 'NOT_OUTSIDE_PRISON', rule: article };
    case 'transfer.file-sent':
    case 'transfer.person-reported':
      return state['transfer.decided']?.data.approved ? undefined : { code: 'NOT_APPROVED', rule: article };
    case 'transfer.withdrawn':
      // An application that was wrong is withdrawn whatever rests on it.
      return state['transfer.decision-served'] === undefined || isMarkedWrong(state, 'transfer.applied')
        ? undefined
        : { code: 'ALREADY_SERVED', rule: article };
    case 'transfer.sanction-proposed':
    case 'transfer.sanction-decided':
    case 'transfer.nonreport-notified':
    case 'transfer.search-started':
    case 'transfer.police-notified':
    case 'transfer.search-closed':
    case 'transfer.merge-told':
    case 'transfer.opinion-given':
    case 'transfer.consultation-sent':
    case 'transfer.consultation-received':
    case 'transfer.decision-served':
    case 'transfer.file-received':
    case 'transfer.file-receipted':
      return undefined;
    case 'transfer.deadline-reminded':
    case 'transfer.deadline-breached':
    case 'transfer.deadline-escalated':
    case 'transfer.deadline-superseded':
      return verdictRejection(state, act, hubRules.book);
  }
};

/** What follows from an act without anybody's doing, stored together with it. */
const consequences = (state: TransferState, cause: TransferEvent, command: TransferCommand): TransferEvent[] => {
  const { now } = command;
  const applied = state['transfer.applied']?.data;
  if (cause.type === 'transfer.applied') return command.type === 'ApplyTransfer' ? mergeTold(cause, command) : [];
  if (
    cause.type === 'transfer.consultation-sent' &&
    applied !== undefined &&
    applied.originNode === applied.receivingNode
  ) {
    // Both agencies use one system: the letter enters the addressee's as it is stored.
    const actor: Actor = { officerId: `node-${applied.receivingNode}`, role: 'system', agencyId: applied.receiving };
    return [{ type: 'transfer.consultation-received', occurredAt: now, actor, data: asNth(nthOf(cause)) }];
  }
  const completed = completionBy(state, cause);
  return completed === undefined ? [] : [completed];
};

/** Of a decision that rests on nothing, what it has to wait for or to follow says more. */
const sayingMore = (rejection: TransferRejection, act: TransferEvent, state: TransferState): TransferRejection => {
  const isUnfounded = rejection.code === 'REPLY_MISSING' || rejection.code === 'DECISION_CONTRADICTS_REPLY';
  return isUnfounded && act.type === 'transfer.decided' ? (boundBy(state, act.data.approved) ?? rejection) : rejection;
};

const refusal = (code: TransferRejection['code'], rule?: string): TransferRejection =>
  rule === undefined ? { code } : { code, rule };
