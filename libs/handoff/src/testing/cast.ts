import type { CommandContext, DocumentRef } from '../act.js';
import type { ActorRole, AgencyRecord } from '../agency.js';
import { type Instant, parseInstant } from '../instant.js';
import type { PersonFile } from '../person.js';
import { hubRules } from '../rule-book.js';
import type { TransferCommand } from '../transfer.commands.js';

/** The invented agencies, officers and acts of the specs. */
const county = (id: string, node: string, parentId: string): AgencyRecord => ({
  id,
  level: 'county',
  node,
  parentId,
  delegations: [],
});

export const wujiang = county('cca-320509', '32', 'city-3205');
export const kunshan = county('cca-320583', '32', 'city-3205');
export const qingpu = county('cca-310118', '31', 'prov-31');
export const jiashan = county('cca-330421', '33', 'city-3304');
export const suzhou: AgencyRecord = {
  id: 'city-3205',
  level: 'city',
  node: '32',
  parentId: 'prov-32',
  delegations: [],
};
/** 松陵司法所, below 吴江, may give the opinion. */
export const songling: AgencyRecord = {
  id: 'jo-320509001',
  level: 'office',
  node: '32',
  parentId: wujiang.id,
  delegations: [{ id: 'delegation-1', type: 'transfer.opinion-given', validFrom: '2025-01-01', validTo: '2025-12-31' }],
};

export const agencies = [wujiang, kunshan, qingpu, jiashan, suzhou, songling];

/** `2025-03-10 09:30` in Asia/Shanghai. */
export const at = (local: string): Instant => {
  const instant = parseInstant(`${local.replace(' ', 'T')}:00+08:00`);
  if (instant === undefined) throw new Error(`no instant: ${local}`);
  return instant;
};

/** An officer of the agency acting at a local time, recorded at once. */
export const by = (
  agency: AgencyRecord,
  local: string,
  role: ActorRole = agency.level === 'office' ? 'office-officer' : 'officer',
): CommandContext => ({
  occurredAt: at(local),
  now: at(local),
  actor: { officerId: `officer-of-${agency.id}`, role, agencyId: agency.id },
  agency,
});

/** What the intake of one who was of age says of the offence. */
export const ofAge = { offence: {}, mentionsSealed: false, book: hubRules.book } as const;

/** The same officer as one whose duty minors are 专人. */
export const forMinors = (context: CommandContext): CommandContext => ({
  ...context,
  actor: { ...context.actor, duty: 'juvenile' },
});

export const paper = (kind: string): DocumentRef => ({ kind, digest: `sha-256:${'A'.repeat(43)}`, size: 1_024 });

export const personId = 'T-320509-0001';

export const atWujiang: PersonFile = {
  personId,
  category: 'SuspendedSentence',
  correctionEnd: '2026-07-05',
  agency: wujiang.id,
  since: at('2025-01-06 09:00'),
};

const documents = [paper('other')];

/** The same desk with its second officer, who approves what the first has prepared. */
export const approving = (context: CommandContext): CommandContext => ({
  ...context,
  actor: { ...context.actor, officerId: `approver-of-${context.agency.id}` },
});

/** The commands of a transfer from 吴江 to 青浦; times are those of scenario G0 unless told otherwise. */
export const commands = {
  apply: (context: CommandContext = by(wujiang, '2025-03-10 09:30')) =>
    ({
      ...context,
      type: 'ApplyTransfer',
      personId,
      person: atWujiang,
      receiving: qingpu,
      reason: 'employment',
      documents,
    }) as const,
  opine: (context: CommandContext = by(songling, '2025-03-11 14:00'), supports = true) =>
    ({ ...context, type: 'GiveOpinion', supports, documents }) as const,
  consult: (context: CommandContext = by(wujiang, '2025-03-13 10:15')) =>
    ({ ...context, type: 'SendConsultation', documents }) as const,
  receive: (context: CommandContext = by(qingpu, '2025-03-13 10:16', 'system')) =>
    ({ ...context, type: 'RecordConsultationReceived' }) as const,
  agree: (context: CommandContext = by(qingpu, '2025-03-17 15:40')) =>
    ({ ...context, type: 'ReplyConsultation', agrees: true, documents }) as const,
  refuse: (context: CommandContext = by(qingpu, '2025-03-17 15:40')) =>
    ({ ...context, type: 'ReplyConsultation', agrees: false, ground: 'residence-untrue', documents }) as const,
  decide: (context: CommandContext = by(wujiang, '2025-03-18 11:00'), approved = true) =>
    ({ ...approving(context), type: 'DecideTransfer', approved, documents }) as const,
  serve: (context: CommandContext = by(wujiang, '2025-03-19 09:20')) =>
    ({ ...context, type: 'ServeDecision', documents }) as const,
  sendFile: (context: CommandContext = by(wujiang, '2025-03-20 16:00')) =>
    ({ ...context, type: 'SendFile', documents }) as const,
  receiveFile: (context: CommandContext = by(qingpu, '2025-03-21 10:00')) =>
    ({ ...context, type: 'RegisterFileReceived' }) as const,
  receipt: (context: CommandContext = by(qingpu, '2025-03-21 10:30')) =>
    ({ ...context, type: 'IssueReceipt', documents }) as const,
  report: (context: CommandContext = by(qingpu, '2025-03-24 09:05')) =>
    ({ ...context, type: 'RegisterPersonReported' }) as const,
  withdraw: (context: CommandContext = by(wujiang, '2025-03-18 17:00')) =>
    ({ ...context, type: 'WithdrawTransfer', reason: 'applicant', documents }) as const,
  recuse: (context: CommandContext = by(wujiang, '2025-03-10 10:00')) =>
    ({ ...context, type: 'DeclareRecusal', ground: 'interest' }) as const,
} satisfies Record<string, (context?: CommandContext) => TransferCommand>;
