import { agencyById } from '@delta-hub/contracts';
import type { StateKey, TransferEvent, TransferSummary } from '@delta-hub/handoff';
import type { Request } from '@delta-hub/handoff-app';
import type { Chance } from './chance.js';

import type { Side } from './officers.js';

/** An act beside the ordinary course, and by whom if not by the side's own county agency. */
interface SideAct {
  readonly request: Request;
  readonly by?: { readonly agencyId: string; readonly role: 'officer' | 'recipient' };
}

type Maker = (known: TransferSummary, side: Side, chance: Chance) => SideAct | undefined;

const documents = [{ kind: 'other' as const, digest: `sha-256:${'A'.repeat(43)}`, size: 1 }];
const OFFICES = {
  origin: ['origin_procuratorate', 'origin_police', 'deciding_authority', 'custody_place'],
  receiving: ['receiving_procuratorate', 'receiving_police'],
} as const;
/** What either side may have got wrong; twice what much rests on, so that it is drawn more often. */
const CORRECTED = {
  origin: [
    ...(['transfer.applied', 'transfer.opinion-given', 'transfer.consultation-sent'] as const),
    ...(['transfer.decided', 'transfer.decided'] as const),
    ...(['transfer.decision-served', 'transfer.file-sent', 'transfer.search-started'] as const),
    ...(['transfer.sanction-proposed', 'transfer.sanction-decided'] as const),
  ],
  receiving: [
    ...(['transfer.consultation-replied', 'transfer.file-received', 'transfer.file-receipted'] as const),
    ...(['transfer.person-reported', 'transfer.person-reported', 'transfer.custody-file-placed'] as const),
    'transfer.sanction-decided',
  ],
} as const;

const ofType = <T extends TransferEvent['type']>({ facts }: TransferSummary, type: T) =>
  Object.values(facts).filter((fact): fact is Extract<TransferEvent, { type: T }> => fact?.type === type);

type Papers = 'RegisterCustodyFile' | 'StartSearch' | 'NotifyPolice';

const withPapers =
  (type: Papers): Maker =>
  ({ id: transferId }) => ({ request: { type, input: { transferId, documents } } });

/** An office of the directory in the same place, e.g. `police-320509` beside `cca-320509`. */
const beside = (agency: string, prefix: string): string => agency.replace('cca-', `${prefix}-`);

const sendCopy: Maker = ({ id: transferId, origin }, side, chance) => {
  const office = chance.of<(typeof OFFICES)[Side][number]>(OFFICES[side]);
  const of = side === 'origin' ? 'transfer.decided' : 'transfer.file-sent';
  const prefix = { deciding_authority: 'court', custody_place: 'detention' }[office as string];
  const recipient = prefix === undefined ? {} : { recipient: beside(origin, prefix) };
  return { request: { type: 'SendCopy', input: { transferId, of, office, ...recipient } } };
};

const copySanction: Maker = ({ id: transferId }, side) => ({
  request: {
    type: 'SendCopy',
    input: { transferId, of: 'transfer.sanction-decided', office: `${side}_procuratorate` },
  },
});

/** The recipient of a copy takes note of it, or of the correction of what was copied. */
const noteCopy =
  (type: 'AcknowledgeCopy' | 'AcknowledgeCopyCorrection'): Maker =>
  (known, _side, chance) => {
    const copies = ofType(known, 'transfer.copy-sent');
    if (copies.length === 0) return undefined;
    const { of, office, recipient } = chance.of(copies).data;
    const named = office.replaceAll('-', '_') as (typeof OFFICES)[Side][number];
    const input = { transferId: known.id, of, office: named };
    return { request: { type, input }, by: { agencyId: recipient ?? '', role: 'recipient' } };
  };

const supersede: Maker = (known, _side, chance) => {
  const { id: transferId, facts } = known;
  const last = ofType(known, 'transfer.reply-superseded').at(-1) ?? facts['transfer.consultation-replied'];
  const supersedes = last?.occurredAt;
  if (supersedes === undefined) return undefined;
  const reason = chance.of(['error_in_reply', 'new_evidence', 'changed_circumstances'] as const);
  const agrees = chance.is(0.8);
  const ground = agrees ? {} : { ground: 'residence_untrue' as const };
  const superseding = { supersedes, reason };
  return { request: { type: 'ReplyConsultation', input: { transferId, agrees, ...ground, superseding, documents } } };
};

const raise: Maker = ({ id: transferId }, _side, chance) => {
  const level = chance.is(0.6) ? 'upper' : 'province';
  return { request: { type: 'RaiseDispute', input: { transferId, level, documents } } };
};

/** The receiving side refuses instead of agreeing: what disputes begin with. */
const refuse: Maker = ({ id: transferId }) => ({
  request: { type: 'ReplyConsultation', input: { transferId, agrees: false, ground: 'residence_unstable', documents } },
});

const resolve: Maker = ({ id: transferId, facts, origin, receiving }, side, chance) => {
  const level = facts['transfer.dispute-raised#province'] === undefined || chance.is(0.1) ? 'upper' : 'province';
  const raised = facts[`transfer.dispute-raised#${level}`]?.data;
  const [body, party] = side === 'origin' ? [raised?.originBody, origin] : [raised?.receivingBody, receiving];
  const outcome = chance.is(0.7) ? 'to_accept' : 'refusal_upheld';
  return {
    request: { type: 'ResolveDispute', input: { transferId, level, outcome, documents } },
    by: { agencyId: body ?? agencyById(party)?.parentId ?? party, role: 'officer' },
  };
};

const correct: Maker = ({ id: transferId, facts }, side, chance) => {
  const wrong = CORRECTED[side].filter((fact) => facts[fact] !== undefined);
  if (wrong.length === 0) return undefined;
  const kind = chance.of(['wrong_document', 'wrong_person', 'wrong_date', 'wrong_content'] as const);
  const fact = chance.of<string>(wrong);
  return { request: { type: 'CorrectFact', input: { transferId, fact, kind, documents } } };
};

const noteCorrection: Maker = (known, _side, chance) => {
  const corrected = ofType(known, 'transfer.fact-corrected');
  if (corrected.length === 0) return undefined;
  const { fact } = chance.of(corrected).data;
  return { request: { type: 'AcknowledgeCorrection', input: { transferId: known.id, fact } } };
};

const recuse: Maker = ({ id: transferId }) => ({
  request: { type: 'DeclareRecusal', input: { transferId, ground: 'interest' } },
});

const withdraw: Maker = ({ id: transferId }) => ({
  request: { type: 'WithdrawTransfer', input: { transferId, reason: 'applicant', documents } },
});

const closeSearch: Maker = ({ id: transferId }, _side, chance) => ({
  request: { type: 'CloseSearch', input: { transferId, outcome: chance.is(0.7) ? 'found' : 'not_found', documents } },
});

const propose: Maker = ({ id: transferId }, _side, chance) => ({
  request: {
    type: 'ProposeSanction',
    input: { transferId, measure: chance.of(['admonition', 'warning', 'revocation_proposal'] as const), documents },
  },
});

const decide: Maker = ({ id: transferId }, _side, chance) => ({
  request: {
    type: 'DecideSanction',
    input: { transferId, measure: chance.of(['admonition', 'warning', null] as const), documents },
  },
});

/** An act, after which fact it can be done, and after which it cannot any more. */
interface SideRule {
  readonly make: Maker;
  readonly after: StateKey | 'transfer.copy-sent' | 'transfer.fact-corrected';
  readonly until?: StateKey | 'transfer.recusal-declared';
  /** How often it comes into question at all, from 0 to 1. */
  readonly likelihood?: number;
}

/** What the law knows beside the ordinary course. */
const RULES: readonly SideRule[] = [
  { make: sendCopy, after: 'transfer.decided', likelihood: 0.6 },
  { make: copySanction, after: 'transfer.sanction-decided', likelihood: 0.6 },
  { make: noteCopy('AcknowledgeCopy'), after: 'transfer.copy-sent' },
  { make: noteCopy('AcknowledgeCopyCorrection'), after: 'transfer.fact-corrected' },
  { make: refuse, after: 'transfer.consultation-received', until: 'transfer.consultation-replied' },
  { make: supersede, after: 'transfer.consultation-replied', until: 'transfer.decided' },
  { make: raise, after: 'transfer.consultation-received', until: 'transfer.decided' },
  { make: resolve, after: 'transfer.dispute-raised#upper', until: 'transfer.decided' },
  { make: correct, after: 'transfer.applied', likelihood: 0.2 },
  { make: noteCorrection, after: 'transfer.fact-corrected' },
  { make: withdraw, after: 'transfer.fact-corrected', until: 'transfer.withdrawn', likelihood: 0.3 },
  { make: withdraw, after: 'transfer.applied', until: 'transfer.decision-served', likelihood: 0.05 },
  { make: recuse, after: 'transfer.applied', until: 'transfer.recusal-declared', likelihood: 0.05 },
  { make: withPapers('RegisterCustodyFile'), after: 'transfer.decided', until: 'transfer.custody-file-placed' },
  { make: withPapers('StartSearch'), after: 'transfer.nonreport-notified', until: 'transfer.search-started' },
  { make: withPapers('NotifyPolice'), after: 'transfer.search-started', until: 'transfer.police-notified' },
  { make: closeSearch, after: 'transfer.search-started', until: 'transfer.search-closed' },
  { make: propose, after: 'transfer.search-closed', until: 'transfer.sanction-proposed' },
  { make: decide, after: 'transfer.sanction-proposed', until: 'transfer.sanction-decided' },
];

/** An act beside the ordinary course: mostly one whose time it is as far as the node knows, if there is one, sometimes any. */
export const sideAct = (known: TransferSummary, side: Side, chance: Chance): SideAct | undefined => {
  const { facts } = known;
  const has = (key: NonNullable<SideRule['after' | 'until']>): boolean =>
    facts[key as StateKey] !== undefined || Object.values(facts).some((fact) => fact?.type === key);
  const isLikely = ({ likelihood = 1 }: SideRule): boolean => chance.is(likelihood);
  const fitting = RULES.filter(({ after, until }) => has(after) && (until === undefined || !has(until)));
  const choice = chance.is(0.05) ? RULES : fitting.filter(isLikely);
  return choice.length === 0 ? undefined : chance.of(choice).make(known, side, chance);
};
