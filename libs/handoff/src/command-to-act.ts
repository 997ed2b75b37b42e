import type { CommandContext } from './act.js';
import { asNth } from './anew.js';
import { competenceRejection } from './competence.js';
import { copyOf, copyToNote } from './copies.js';
import { notedNth, standingNth } from './corrections.js';
import { disputeBodies } from './dispute.js';
import { absenceIn } from './non-report.js';
import type { PersonFile } from './person.js';
import { recordAct } from './record-act.js';
import { mayHandleSealed, sealOf } from './sealing.js';
import type { TransferCommand } from './transfer.commands.js';
import type { TransferEvent, TransferRejection } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';
import { isRepeated, nextNth, type TransferState } from './transfer.state.js';

/** The commands by which somebody records an act; the other one asks the node to judge the limits. */
type Recording = Exclude<TransferCommand, { type: 'JudgeDeadlines' }>;
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

/**
 * The act a command asks to record, saying which of its type it is where one was struck; or what stands against it before
 * there is an act. Whether the act may be done is judged in transfer.ts.
 */
export const toAct = (command: Recording, state: TransferState): TransferEvent | TransferRejection => {
  const act = asked(command, state);
  if ('code' in act || isRepeated(act.type)) return act;
  const nth = asNth(nextNth(state, act.type));
  return 'nth' in nth ? ({ ...act, data: { ...act.data, ...nth } } as TransferEvent) : act;
};

const asked = (command: Recording, state: TransferState): TransferEvent | TransferRejection => {
  if (command.type === 'ApplyTransfer') return application(command, state);
  if (command.type === 'SendCopy') return copyOf(command, state);
  if (command.type === 'ProposeSanction') {
    const { measure, documents, rules } = command;
    const days = absenceIn(state, command.occurredAt, rules)?.days ?? 0;
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
  command: Exclude<Recording, Apply | Dispute | { type: 'SendCopy' | 'ProposeSanction' }>,
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
    case 'TellMerge':
      return recordAct('transfer.merge-told', command, command.merge);
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
