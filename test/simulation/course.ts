import type { TransferSummary } from '@delta-hub/handoff';
import type { Request } from '@delta-hub/handoff-app';
import type { Chance } from './chance.js';
import type { Side } from './officers.js';

const documents: readonly never[] = [];

/** One act of the ordinary course: by whom, after which fact, and the fact that says it is done. */
interface Step {
  readonly side: Side;
  readonly after: string;
  readonly fact: string;
  readonly request: (transferId: string) => Request;
}

/** What either side does in the ordinary course, in order. */
const COURSE: readonly Step[] = [
  {
    ...{ side: 'origin', after: 'transfer.applied', fact: 'transfer.opinion-given' },
    request: (transferId) => ({ type: 'GiveOpinion', input: { transferId, supports: true, documents } }),
  },
  {
    ...{ side: 'origin', after: 'transfer.opinion-given', fact: 'transfer.consultation-sent' },
    request: (transferId) => ({ type: 'SendConsultation', input: { transferId, documents } }),
  },
  {
    ...{ side: 'receiving', after: 'transfer.consultation-received', fact: 'transfer.consultation-replied' },
    request: (transferId) => ({ type: 'ReplyConsultation', input: { transferId, agrees: true, documents } }),
  },
  {
    ...{ side: 'origin', after: 'transfer.consultation-replied', fact: 'transfer.decided' },
    request: (transferId) => ({ type: 'DecideTransfer', input: { transferId, approved: true, documents } }),
  },
  {
    ...{ side: 'origin', after: 'transfer.decided', fact: 'transfer.decision-served' },
    request: (transferId) => ({ type: 'ServeDecision', input: { transferId, documents } }),
  },
  {
    ...{ side: 'origin', after: 'transfer.decided', fact: 'transfer.file-sent' },
    request: (transferId) => ({ type: 'SendFile', input: { transferId, documents } }),
  },
  {
    ...{ side: 'receiving', after: 'transfer.file-sent', fact: 'transfer.file-received' },
    request: (transferId) => ({ type: 'RegisterFileReceived', input: { transferId } }),
  },
  {
    ...{ side: 'receiving', after: 'transfer.file-received', fact: 'transfer.file-receipted' },
    request: (transferId) => ({ type: 'IssueReceipt', input: { transferId, documents } }),
  },
  {
    ...{ side: 'receiving', after: 'transfer.decision-served', fact: 'transfer.person-reported' },
    request: (transferId) => ({ type: 'RegisterPersonReported', input: { transferId } }),
  },
];

/** What a side does next, as far as it knows the case; undefined when it has to wait, or nothing is left. */
export const nextInCourse = ({ id, isOpen, facts }: TransferSummary, side: Side): Request | undefined => {
  const done = facts as Readonly<Record<string, unknown>>;
  const next = COURSE.find(
    (step) => step.side === side && done[step.after] !== undefined && done[step.fact] === undefined,
  );
  return isOpen ? next?.request(id) : undefined;
};

const ODD: readonly ((transferId: string) => Request)[] = [
  ...COURSE.map(({ request }) => request),
  (transferId) => ({ type: 'DecideTransfer', input: { transferId, approved: false, documents } }),
];

/** An act outside the ordinary course. */
export const oddAct = (transferId: string, chance: Chance): Request => chance.of(ODD)(transferId);
