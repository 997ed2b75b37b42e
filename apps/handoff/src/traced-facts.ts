import { actsOf, duties, type Duty, hubRules, isSuperseded, keyOf, nthOf, type StateKey } from '@delta-hub/handoff';
import type { TransferEvent, TransferState, VerdictType } from '@delta-hub/handoff';
import type { TransferParent } from './answers.js';
import type { Cases } from './cases.js';
import type { FactRow } from './read-models.js';
import { actOfRow, eventIn } from './signed-events.js';

export type VerdictAct = Extract<TransferEvent, { type: VerdictType }>;

/** A verdict with what it was computed from, as keys of the facts of its case. */
export interface TracedVerdict {
  readonly act: VerdictAct;
  readonly duty: Duty | undefined;
  readonly superseded: Extract<TransferEvent, { type: 'transfer.deadline-superseded' }> | undefined;
}

/** The verdicts of a case, oldest first, each with the limit it is about. */
export const tracedVerdicts = ({ facts }: TransferParent): readonly TracedVerdict[] =>
  actsOf(facts)
    .filter(isVerdict)
    .toSorted((a, b) =>
      a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : a.data.rung - b.data.rung,
    )
    .map((act) => ({ act, duty: dutyOf(act.data, facts), superseded: supersessionOf(act, facts) }));

/** The limit of a case that a deadline or a verdict is about. */
export const dutyOf = (
  { step, due, about }: { readonly step: string; readonly due: string; readonly about?: string | undefined },
  state: TransferState,
): Duty | undefined =>
  duties(state, hubRules).find((duty) => duty.step === step && duty.due === due && duty.about === about);

const isVerdict = (act: TransferEvent): act is VerdictAct =>
  act.type === 'transfer.deadline-reminded' ||
  act.type === 'transfer.deadline-breached' ||
  act.type === 'transfer.deadline-escalated';

const supersessionOf = ({ data }: VerdictAct, state: TransferState): TracedVerdict['superseded'] => {
  if (!isSuperseded(state, data)) return undefined;
  return actsOf(state).find(
    (act): act is NonNullable<TracedVerdict['superseded']> =>
      act.type === 'transfer.deadline-superseded' &&
      (['step', 'due', 'rung', 'about', 'nth'] as const).every((field) => act.data[field] === data[field]),
  );
};

/** The signed fact of a case by its key in the state. The first of its key counts, as in the fold, but one done anew before it. */
export const factByKey = (cases: Cases, stream: string, key: StateKey | undefined): FactRow | undefined => {
  const rows = key === undefined ? [] : cases.factsOfStream(stream).filter((row) => keyOfRow(row) === key);
  return rows.reduce<FactRow | undefined>(
    (best, row) => (best && nthOfRow(best) >= nthOfRow(row) ? best : row),
    undefined,
  );
};

const nthOfRow = ({ jws }: FactRow): number => nthOf(eventIn(jws));

export const keyOfRow = (row: FactRow): StateKey | undefined => {
  const act = actOfRow(row);
  return act && keyOf(act);
};
