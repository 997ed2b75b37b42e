import { agencyById } from '@delta-hub/contracts';
import type { TransferSummary } from '@delta-hub/handoff';
import { Handle, type Request } from '@delta-hub/handoff-app';
import type { Chance } from './chance.js';
import { nextInCourse, oddAct } from './course.js';
import { mergeAct } from './merges.js';
import { sideAct } from './side-acts.js';
import type { NodeName, World } from './world.js';

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
  /** The same person by another id, registered at the same home. */
  twin?: Case;
}

export type Side = 'origin' | 'receiving';

/** An act with its key: tried again under the same key until it is answered. */
export interface Attempt {
  readonly of: Case;
  readonly node: NodeName;
  readonly handle: Handle;
}

/** Who prepared a transfer does not approve it, and whoever steps back had nothing to do with it; now and then somebody tries. */
const DESKS: Readonly<Record<string, string>> = {
  DecideTransfer: 'approver',
  DecideSanction: 'approver',
  MergePersons: 'approver',
  CorrectFact: 'corrector',
  DeclareRecusal: 'relative',
};

/** An act as somebody of an agency would do it. */
interface Plan {
  readonly request: Request;
  readonly agencyId: string;
  readonly role: 'officer' | 'recipient';
}

/** The next act of an officer: mostly what is due, sometimes what is not theirs or not possible. */
export const nextAttempt = (world: World, one: Case): Attempt => {
  const { chance } = world;
  const { request, agencyId, role } = planned(world, one);
  const desk = chance.is(0.03) ? 'officer' : (DESKS[request.type] ?? 'officer');
  const node = nodeOfAgency(agencyId);
  const commander = { officerId: `${desk}-${agencyId}`, role, agencyId, node };
  return { of: one, node, handle: new Handle(request, chance.uuid(), commander) };
};

const planned = (world: World, one: Case): Plan => {
  const { chance } = world;
  const by = (request: Request, agencyId: string): Plan => ({ request, agencyId, role: 'officer' });
  const sides = chance.is(0.5) ? (['origin', 'receiving'] as const) : (['receiving', 'origin'] as const);
  const views = sides.map((side) => ({ side, known: knownTo(world, one, side) }));
  // Two ids are merged only while one of them is not on the way: so that they are, both wait a little, the second mostly.
  const waits = one.transferId === undefined ? 0.7 : 0.15;
  if (one.twin !== undefined && chance.is(one.twin.transferId === undefined ? waits : Math.max(waits, 0.3))) {
    const act = mergeAct(world, one, one.twin);
    if (act !== undefined) return by(act.request, act.agencyId);
  }
  if (chance.is(0.02)) return by(application(one, one[sides[0]], chance), one[sides[0]]);
  if (chance.is(0.03) && one.transferId !== undefined)
    return by(oddAct(one.transferId, chance), chance.is(0.5) ? chance.of(AGENCIES) : one[sides[0]]);
  if (chance.is(0.3))
    for (const { side, known } of views) {
      const act = known && sideAct(known, side, chance);
      if (act !== undefined) return { request: act.request, ...(act.by ?? { agencyId: one[side], role: 'officer' }) };
    }
  for (const { side, known } of views) {
    const request = known && nextInCourse(known, side);
    if (request !== undefined) return by(request, one[side]);
  }
  const { known } = views.find(({ known: each }) => each !== undefined && CLOSED.includes(each.status)) ?? {};
  const own = known?.status === 'COMPLETED' ? one.receiving : one.origin;
  // While two ids are one person, whoever has come to answer by the one applies by the other, too.
  const holder = one.twin !== undefined && chance.is(0.4) ? one.twin.receiving : own;
  return by(application(one, holder, chance), holder);
};

const CLOSED: readonly string[] = ['COMPLETED', 'WITHDRAWN', 'DECIDED_REFUSED'];

/** The case as a side's own node knows it. */
const knownTo = (world: World, { transferId, ...agencies }: Case, side: Side): TransferSummary | undefined =>
  transferId === undefined ? undefined : world.node(nodeOfAgency(agencies[side])).transfer(transferId);

/** Whoever answers for the person applies to another county. */
const application = ({ personId }: Case, from: string, chance: Chance): Request => {
  const receiving = chance.of(AGENCIES.filter((agency) => agency !== from));
  const receivingDivision = receiving.replace('cca-', '');
  return {
    type: 'ApplyTransfer',
    input: { personId, receivingDivision, reason: 'family', documents: [] },
  };
};
