import type { NodeId } from './nodes.js';

/** Who acts: an invented officer, their agency and the node they work at. */
export interface Player {
  readonly officerId: string;
  readonly role: 'officer' | 'office-officer';
  readonly agencyId: string;
  readonly node: NodeId;
}

/** One act of the play: when, who, which mutation and what it says. `$transfer` stands for the id of the transfer. */
export interface Step {
  readonly at: string;
  readonly who: Player;
  readonly mutation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly says: string;
}

const wujiang: Player = { officerId: 'officer-320509-001', role: 'officer', agencyId: 'cca-320509', node: '32' };
const songling: Player = {
  officerId: 'officer-320509-101',
  role: 'office-officer',
  agencyId: 'jo-320509001',
  node: '32',
};
const qingpu: Player = { officerId: 'officer-310118-001', role: 'officer', agencyId: 'cca-310118', node: '31' };

/** The person of the play; invented. */
export const PERSON = 'T-320509-0001';
export const ORIGIN: Player = wujiang;
export const RECEIVING: Player = qingpu;

/** Scenario G0: a transfer of place of correction from 吴江 to 青浦 that keeps every limit. Times are Asia/Shanghai, 2025. */
export const G0: readonly Step[] = [
  {
    at: '2025-01-06T09:00:00+08:00',
    who: wujiang,
    mutation: 'registerIntake',
    input: {
      personId: PERSON,
      category: 'SuspendedSentence',
      correctionStart: '2025-01-06',
      correctionEnd: '2026-07-05',
    },
    says: '吴江 registers the person (接收登记)',
  },
  {
    at: '2025-03-10T09:30:00+08:00',
    who: wujiang,
    mutation: 'applyTransfer',
    input: {
      personId: PERSON,
      receivingDivision: '310118',
      reason: 'employment',
      documents: [document('application'), document('proof')],
    },
    says: '吴江 takes the application (申请)',
  },
  {
    at: '2025-03-11T14:00:00+08:00',
    who: songling,
    mutation: 'giveOpinion',
    input: { transferId: '$transfer', supports: true, documents: [document('opinion_form')] },
    says: '松陵司法所 gives its opinion under delegation (审批意见)',
  },
  {
    at: '2025-03-13T10:15:00+08:00',
    who: wujiang,
    mutation: 'sendConsultation',
    input: { transferId: '$transfer', documents: [document('consultation_letter')] },
    says: '吴江 sends the letter of consultation (征求意见函)',
  },
  {
    at: '2025-03-17T15:40:00+08:00',
    who: qingpu,
    mutation: 'replyConsultation',
    input: { transferId: '$transfer', agrees: true, documents: [document('visit_record'), document('reply_letter')] },
    says: '青浦 replies: agrees (复函)',
  },
  {
    at: '2025-03-18T11:00:00+08:00',
    who: wujiang,
    mutation: 'decideTransfer',
    input: { transferId: '$transfer', approved: true, documents: [document('decision')] },
    says: '吴江 decides: approved (变更决定)',
  },
  {
    at: '2025-03-19T09:20:00+08:00',
    who: wujiang,
    mutation: 'serveDecision',
    input: { transferId: '$transfer', documents: [document('notice')] },
    says: '吴江 serves the decision on the person (送达)',
  },
  {
    at: '2025-03-20T16:00:00+08:00',
    who: wujiang,
    mutation: 'sendFile',
    input: { transferId: '$transfer', documents: [document('file_inventory')] },
    says: '吴江 sends the documents and the file (移交档案)',
  },
  {
    at: '2025-03-21T10:00:00+08:00',
    who: qingpu,
    mutation: 'registerFileReceived',
    input: { transferId: '$transfer' },
    says: '青浦 has the file (收到文书)',
  },
  {
    at: '2025-03-21T10:30:00+08:00',
    who: qingpu,
    mutation: 'issueReceipt',
    input: { transferId: '$transfer', documents: [document('receipt')] },
    says: '青浦 issues the receipt (送达回执)',
  },
  {
    at: '2025-03-24T09:05:00+08:00',
    who: qingpu,
    mutation: 'registerPersonReported',
    input: { transferId: '$transfer' },
    says: '青浦 registers that the person has reported (报到): both are in place (双到位)',
  },
];

/** A document of the play, by an invented digest: its bytes stay in the provincial system. */
function document(kind: string): { kind: string; digest: string; size: number } {
  const name = Buffer.from(`G0/${kind}`.padEnd(32, '.'), 'ascii').subarray(0, 32);
  return { kind, digest: `sha-256:${name.toString('base64url')}`, size: 48_213 };
}
