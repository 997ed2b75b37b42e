import { accept, type Decider, reject } from '@delta-hub/decider';
import type { Actor, AgencyRecord } from './agency.js';
import { asNth, isStriking, nthOf, WRITTEN_ABOUT } from './anew.js';
import { boundBy, disputeBodies, disputeRejection, rulingsOf, settled, unfounded } from './dispute.js';
import { competenceRejection } from './competence.js';
import type { CommandContext } from './act.js';
import {
  copyOf,
  copyRejection,
  copyToNote,
  isOfRecipient,
  noteRejection,
  recipientOfAct,
  sendingParty,
} from './copies.js';
import type { PersonFile } from './person.js';
import type { Party } from './terms.js';
import type { TransferCommand } from './transfer.commands.js';
import type { OnceType, TransferAct, TransferEvent, TransferRejection } from './transfer.events.js';
import {
  acknowledgementRejection,
  correctingParty,
  correctionRejection,
  isMarkedWrong,
  notedNth,
  restsOnCorrected,
  standingNth,
} from './corrections.js';
import { completionBy, isCustodyOpen, movesCustody } from './custody.js';
import { absenceIn, noticeOfNonReport, sanctionRejection } from './non-report.js';
import { officerRejection } from './officers.js';
import { mayHandleSealed, sealOf } from './sealing.js';
import { recordAct } from './record-act.js';
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
    if (rejection !== undefined) return reject(rejection);
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
  if (isRepeated(act.type)) return known === undefined ? undefined : refusal(again);
  if (known !== undefined) return areCrossing(act, known) ? undefined : refusal(again);
  const struck = struckOf(state, act.type);
  if (struck.some((each) => nthOf(each) === nthOf(act))) return refusal(again);
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
  const cause = after.find(([type]) => state[type] === undefined);
  if (cause === undefined) return undefined;
  const [type, code] = cause;
  return struckOf(state, type).length > 0 ? { code: 'RESTS_ON_CORRECTED' } : refusal(code, article);
};

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
  // Whoever answers has it by the report: what rests on it in other cases is not undone here.
  const isReport = act.type === 'transfer.fact-corrected' && act.data.fact === 'transfer.person-reported';
  if (isReport && isStriking(act) && 'hasMovedOn' in command && command.hasMovedOn)
    return { code: 'PERSON_HAS_MOVED_ON', rule: PROCEDURE['transfer.applied'].article };
  // Of a decision on a sanction, the party corrects the one it has made.
  if (act.type === 'transfer.fact-corrected' && act.data.fact === 'transfer.sanction-decided')
    return state[act.data.fact]?.actor.agencyId === act.actor.agencyId ? undefined : { code: 'ACT_NOT_YOURS' };
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

type Apply = Extract<TransferCommand, { type: 'ApplyTransfer' }>;

/** The application as a fact, or what stands against it beforehand: who answers for the person, and where they want to go. */
const application = (command: Apply, state: TransferState): TransferEvent | TransferRejection => {
  const { person, receiving, agency, personId, reason, documents } = command;
  const { article } = PROCEDURE['transfer.applied'];
  const signed = { ...command, type: 'transfer.applied' };
  const incompetence = competenceRejection(signed, PROCEDURE['transfer.applied'], agency);
  if (incompetence !== undefined) return incompetence;
  if (state['transfer.applied'] !== undefined) return { code: 'ALREADY_APPLIED' };
  if (person?.personId !== personId || isClosedTo(person, command)) return { code: 'PERSON_UNKNOWN' };
  if (person.agency !== agency.id) return { code: 'PERSON_NOT_YOURS', rule: '法27' };
  if (person.openTransferId !== undefined) return { code: 'PERSON_HAS_OPEN_TRANSFER' };
  if (receiving === undefined) return { code: 'AGENCY_UNKNOWN' };
  if (receiving.level !== 'county') return { code: 'AGENCY_NOT_COUNTY', rule: article };
  return recordAct('transfer.applied', command, {
    personId,
    category: person.category,
    origin: agency.id,
    receiving: receiving.id,
    originNode: agency.node,
    receivingNode: receiving.node,
    answerableSince: person.since,
    correctionEnd: person.correctionEnd,
    reason,
    documents,
    ...sealOf(person),
  });
};

const isClosedTo = ({ confidentiality }: PersonFile, { actor }: CommandContext): boolean =>
  confidentiality !== undefined && !mayHandleSealed(actor);

type Dispute = Extract<TransferCommand, { type: 'RaiseDispute' | 'ResolveDispute' }>;

/** The act a command asks to record, saying which of its type it is where one was struck. */
const toAct = (command: Exclude<TransferCommand, Judge>, state: TransferState): TransferEvent | TransferRejection => {
  const act = asked(command, state);
  if ('code' in act || isRepeated(act.type)) return act;
  const nth = asNth(nextNth(state, act.type));
  return 'nth' in nth ? ({ ...act, data: { ...act.data, ...nth } } as TransferEvent) : act;
};

const asked = (command: Exclude<TransferCommand, Judge>, state: TransferState): TransferEvent | TransferRejection => {
  if (command.type === 'ApplyTransfer') return application(command, state);
  if (command.type === 'SendCopy') return copyOf(command, state);
  if (command.type === 'ProposeSanction') {
    const { measure, documents, rules } = command;
    const days = absenceIn(state, rules)?.days ?? 0;
    return recordAct('transfer.sanction-proposed', command, { measure, days, documents });
  }
  return command.type === 'RaiseDispute' || command.type === 'ResolveDispute'
    ? disputing(command, state)
    : actOf(command, state);
};

const disputing = (command: Dispute, state: TransferState): TransferEvent | TransferRejection => {
  const { level, documents } = command;
  const parties = state['transfer.applied']?.data;
  if (parties === undefined) return { code: 'TRANSFER_UNKNOWN' };
  if (command.type === 'ResolveDispute') {
    const isOrigins = state[`transfer.dispute-raised#${level}`]?.data.originBody === command.agency.id;
    const side = isOrigins ? 'origin' : 'receiving';
    return recordAct('transfer.dispute-resolved', command, { level, side, outcome: command.outcome, documents });
  }
  const bodies = disputeBodies(level, parties, command.directory);
  return bodies === undefined
    ? { code: 'AGENCY_UNKNOWN' }
    : recordAct('transfer.dispute-raised', command, { level, ...bodies, documents });
};

/** The act a command asks to record. */
const actOf = (
  command: Exclude<TransferCommand, Apply | Judge | Dispute | { type: 'SendCopy' | 'ProposeSanction' }>,
  state: TransferState,
): TransferEvent => {
  switch (command.type) {
    case 'GiveOpinion':
      return recordAct('transfer.opinion-given', command, { supports: command.supports, documents: command.documents });
    case 'SendConsultation':
      return recordAct('transfer.consultation-sent', command, { documents: command.documents });
    case 'RecordConsultationReceived':
      return recordAct('transfer.consultation-received', command, {});
    case 'ReplyConsultation': {
      const { agrees, documents, superseding } = command;
      const reply = { agrees, ...(command.ground === undefined ? {} : { ground: command.ground }), documents };
      return superseding === undefined
        ? recordAct('transfer.consultation-replied', command, reply)
        : recordAct('transfer.reply-superseded', command, { ...reply, ...superseding });
    }
    case 'DecideTransfer':
      return recordAct('transfer.decided', command, {
        approved: command.approved,
        ...(command.termEndNoted === undefined ? {} : { termEndNoted: command.termEndNoted }),
        documents: command.documents,
      });
    case 'ServeDecision':
      return recordAct('transfer.decision-served', command, { documents: command.documents });
    case 'SendFile':
      return recordAct('transfer.file-sent', command, { documents: command.documents });
    case 'RegisterFileReceived':
      return recordAct('transfer.file-received', command, {});
    case 'IssueReceipt':
      return recordAct('transfer.file-receipted', command, { documents: command.documents });
    case 'RegisterPersonReported':
      return recordAct('transfer.person-reported', command, {});
    case 'CorrectFact': {
      const { fact, kind, documents } = command;
      const nth = asNth(standingNth(state, fact));
      return recordAct('transfer.fact-corrected', command, { fact, kind, documents, ...nth });
    }
    case 'AcknowledgeCorrection': {
      const { fact, office } = command;
      const nth = asNth(notedNth(state, fact, office));
      return recordAct('transfer.correction-acknowledged', command, {
        ...{ fact, ...nth },
        ...(office === undefined ? {} : { office }),
      });
    }
    case 'AcknowledgeCopy':
      return recordAct('transfer.copy-acknowledged', command, copyToNote(state, command.of, command.office));
    case 'DeclareRecusal': {
      const { officerId, agencyId: agency } = command.actor;
      return recordAct('transfer.recusal-declared', command, { agency, officerId, ground: command.ground });
    }
    case 'RegisterCustodyFile':
      return recordAct('transfer.custody-file-placed', command, { documents: command.documents });
    case 'StartSearch':
      return recordAct('transfer.search-started', command, { documents: command.documents });
    case 'NotifyPolice':
      return recordAct('transfer.police-notified', command, { documents: command.documents });
    case 'CloseSearch':
      return recordAct('transfer.search-closed', command, { outcome: command.outcome, documents: command.documents });
    case 'DecideSanction':
      return recordAct('transfer.sanction-decided', command, {
        measure: command.measure,
        documents: command.documents,
      });
    case 'WithdrawTransfer':
      return recordAct('transfer.withdrawn', command, { reason: command.reason, documents: command.documents });
  }
};

/** What follows from an act without anybody's doing, stored together with it. */
const consequences = (state: TransferState, cause: TransferEvent, { now }: CommandContext): TransferEvent[] => {
  const applied = state['transfer.applied']?.data;
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

const refusal = (code: TransferRejection['code'], rule?: string): TransferRejection =>
  rule === undefined ? { code } : { code, rule };
