import { agencyById } from '@delta-hub/contracts';
import { Handle, type Request } from '@delta-hub/handoff-app';
import type { Chance } from './chance.js';
import { sideAct } from './side-acts.js';
import type { NodeName, SimulatedNode, World } from './world.js';

/** County agencies of the four provinces, whose officers act. */
export const AGENCIES = [
  'cca-310118',
  'cca-310115',
  'cca-320509',
  'cca-320583',
  'cca-330421',
  'cca-330522',
  'cca-341882',
  'cca-341181',
] as const;

export const nodeOfAgency = (agency: string): NodeName => agencyById(agency)!.node as NodeName;

/** One invented person and where their case stands, as the simulation itself knows it. */
export interface Case {
  readonly personId: string;
  /** Where the person began. */
  readonly home: string;
  transferId?: string;
  origin: string;
  receiving: string;
}

const documents: readonly never[] = [];

/** What either side does in the ordinary course, in order, by the fact that says it is done. */
const COURSE: Readonly<
  Record<'origin' | 'receiving', readonly (readonly [string, (transferId: string) => Request])[]>
> = {
  origin: [
    [
      'transfer.opinion-given',
      (transferId) => ({ type: 'GiveOpinion', input: { transferId, supports: true, documents } }),
    ],
    ['transfer.consultation-sent', (transferId) => ({ type: 'SendConsultation', input: { transferId, documents } })],
    [
      'transfer.decided',
      (transferId) => ({ type: 'DecideTransfer', input: { transferId, approved: true, documents } }),
    ],
    ['transfer.decision-served', (transferId) => ({ type: 'ServeDecision', input: { transferId, documents } })],
    ['transfer.file-sent', (transferId) => ({ type: 'SendFile', input: { transferId, documents } })],
  ],
  receiving: [
    [
      'transfer.consultation-replied',
      (transferId) => ({ type: 'ReplyConsultation', input: { transferId, agrees: true, documents } }),
    ],
    ['transfer.file-received', (transferId) => ({ type: 'RegisterFileReceived', input: { transferId } })],
    ['transfer.file-receipted', (transferId) => ({ type: 'IssueReceipt', input: { transferId, documents } })],
    ['transfer.person-reported', (transferId) => ({ type: 'RegisterPersonReported', input: { transferId } })],
  ],
};

/** Acts outside the ordinary course. */
const ODD: readonly ((transferId: string) => Request)[] = [
  (transferId) => ({ type: 'WithdrawTransfer', input: { transferId, reason: 'applicant', documents } }),
  (transferId) => ({
    type: 'ReplyConsultation',
    input: { transferId, agrees: false, ground: 'residence_unstable', documents },
  }),
  (transferId) => ({ type: 'DecideTransfer', input: { transferId, approved: false, documents } }),
  (transferId) => ({ type: 'RegisterPersonReported', input: { transferId } }),
  (transferId) => ({ type: 'SendFile', input: { transferId, documents } }),
];

/** An act with its key: tried again under the same key until it is answered. */
export interface Attempt {
  readonly of: Case;
  readonly node: NodeName;
  readonly handle: Handle;
}

/** The next act of an officer: mostly what is due, sometimes what is not theirs or not possible. */
export const nextAttempt = (world: World, cases: readonly Case[]): Attempt => {
  const { chance } = world;
  const one = chance.of(cases);
  const side = chance.is(0.5) ? 'origin' : 'receiving';
  const agency = chance.is(0.03) ? chance.of(AGENCIES) : one[side];
  const node = nodeOfAgency(agency);
  const beside = chance.is(0.3) ? besideCourse(world.node(node), one, side, chance) : undefined;
  const request = beside?.request ?? requestFor(world.node(node), one, { side, agency }, chance);
  const { agencyId, role } = beside?.by ?? { agencyId: agency, role: 'officer' as const };
  const desk = chance.is(0.05) ? 'officer' : (DESKS[request.type] ?? 'officer');
  const at = agencyId === agency ? node : nodeOfAgency(agencyId);
  const commander = { officerId: `${desk}-${agencyId}`, role, agencyId, node: at };
  return { of: one, node: at, handle: new Handle(request, chance.uuid(), commander) };
};

/** Who prepared a transfer does not approve it, and whoever steps back had nothing to do with it; now and then somebody tries. */
const DESKS: Readonly<Record<string, string>> = {
  DecideTransfer: 'approver',
  DecideSanction: 'approver',
  CorrectFact: 'corrector',
  DeclareRecusal: 'relative',
};

const besideCourse = (node: SimulatedNode, { transferId }: Case, side: 'origin' | 'receiving', chance: Chance) => {
  const known = transferId === undefined ? undefined : node.handoff.readModels.transfer(transferId);
  return known === undefined ? undefined : sideAct(known, side, chance);
};

const requestFor = (
  node: SimulatedNode,
  one: Case,
  { side, agency }: { readonly side: 'origin' | 'receiving'; readonly agency: string },
  chance: Chance,
): Request => {
  const known = one.transferId === undefined ? undefined : node.handoff.readModels.transfer(one.transferId);
  const isOver = known !== undefined && ['COMPLETED', 'WITHDRAWN', 'DECIDED_REFUSED'].includes(known.status);
  if (one.transferId === undefined || isOver || chance.is(0.02)) return application(one, agency, chance);
  if (chance.is(0.02)) return chance.of(ODD)(one.transferId);
  const done = Object.keys(known?.facts ?? {});
  const next = COURSE[side].find(([fact]) => !done.includes(fact)) ?? chance.of(COURSE[side]);
  return next[1](one.transferId);
};

/** Whoever answers for the person applies to another county. */
const application = ({ personId }: Case, from: string, chance: Chance): Request => {
  const receiving = chance.of(AGENCIES.filter((agency) => agency !== from));
  const receivingDivision = receiving.replace('cca-', '');
  return {
    type: 'ApplyTransfer',
    input: { personId, receivingDivision, reason: 'family', documents },
  };
};
