import { agencyById, type AgencyEntry } from '@delta-hub/contracts';
import { type CorrectionStatus, type Due, type Interval, nthOf, type TransferSummary } from '@delta-hub/handoff';
import type { FactRow, OutageRow } from './read-models.js';
import type { View } from './view.js';

/** The parents that field resolvers get: read models and ids, turned into answers where a field asks for them. */
export type TransferParent = TransferSummary & Viewed;
export interface PersonParent extends Viewed {
  readonly id: string;
}
/** What was asked of an instant hands the question on to the fields below it. */
interface Viewed {
  readonly view?: View | undefined;
}

export const agencyAnswer = (id: string): AgencyEntry => {
  const agency = agencyById(id);
  if (agency === undefined) throw new Error(`agency ${id} is in a stored fact and not in the directory`);
  return agency;
};

export const intervalAnswer = ({ agency, from, until }: Interval) => ({
  agency: agencyAnswer(agency),
  from,
  until: until ?? null,
});

export const deadlineAnswer = (due: Due, of: TransferParent, outage: (id: string) => OutageRow | undefined) => ({
  of,
  step: due.step,
  from: due.from,
  rawDay: due.rawDay,
  dueDay: due.dueDay,
  isCalendarCovered: due.isCalendarCovered,
  ruleId: due.ruleId,
  about: due.about ?? null,
  agency: agencyAnswer(due.agency),
  due: due.due,
  at: due.at ?? null,
  met: due.met ?? null,
  marginDays: due.marginDays ?? null,
  excusedBy: (due.excusedBy === undefined ? undefined : outage(due.excusedBy)) ?? null,
  rule: due.rule,
  verified: due.verified,
});

export type DeadlineParent = ReturnType<typeof deadlineAnswer>;

export const correctionAnswer = ({ correction, acknowledged }: CorrectionStatus) => ({
  fact: correction.data.fact,
  nth: nthOf(correction),
  kind: correction.data.kind.replaceAll('-', '_'),
  correctedAt: correction.occurredAt,
  by: agencyAnswer(correction.actor.agencyId),
  acknowledgedAt: acknowledged?.occurredAt ?? null,
});

export type FactParent = ReturnType<typeof factAnswer>;

export const factAnswer = (row: FactRow, view?: View) => ({
  view,
  id: row.id,
  type: row.type,
  stream: row.stream,
  node: row.node,
  agency: row.agency === null ? null : agencyAnswer(row.agency),
  occurredAt: row.occurredAt,
  signedAt: row.signedAt,
  receivedAt: row.receivedAt,
  jws: row.jws,
});
