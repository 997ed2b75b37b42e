import { asNth } from './anew.js';
import { addMonths, dayOf, daysBetween, type Instant, type PlainDate } from './instant.js';
import { packInForce, type Rules } from './rule-book.js';
import type { SanctionRule } from './rule-pack.js';
import type { Party, Sanction } from './terms.js';
import type { TransferAct, TransferEvent, TransferRejection } from './transfer.events.js';
import { nextNth, type TransferState } from './transfer.state.js';

type Sanctioning = TransferAct<'transfer.sanction-proposed' | 'transfer.sanction-decided'>;

/**
 * 未报到通知 (办法 31): the receiving agency's node tells the origin at once that the person has not reported, together with
 * the breach of the person's limit. From here the origin, which still answers, has to search.
 */
export const noticeOfNonReport = (
  state: TransferState,
  verdicts: readonly TransferEvent[],
): readonly TransferAct<'transfer.nonreport-notified'>[] => {
  if (state['transfer.nonreport-notified'] !== undefined) return [];
  return verdicts.flatMap((verdict) =>
    verdict.type === 'transfer.deadline-breached' && verdict.data.step === 'REPORT'
      ? [
          {
            ...{ type: 'transfer.nonreport-notified', occurredAt: verdict.occurredAt, actor: verdict.actor },
            data: { due: verdict.data.due, ...asNth(nextNth(state, 'transfer.nonreport-notified')) },
          } as const,
        ]
      : [],
  );
};

/** How long the person has been away after the last day for the report. */
export interface Absence {
  /** The last day on which the report was in time; or of the last contact, where the pack counts from there. */
  readonly lastDay: PlainDate;
  /** The day of the report, or on which the person was found; of who is missing, the day on which it is asked. */
  readonly until: PlainDate;
  readonly days: number;
}

/**
 * Undefined while the person is still searched for, and when the report turned out to be in time. Whoever is missing after
 * the search is away until it is asked, `at`. From which day it is counted is a switch of the pack in force when the limit
 * passed.
 */
export const absenceIn = (state: TransferState, at: Instant, { book }: Rules): Absence | undefined => {
  const due = state['transfer.nonreport-notified']?.data.due;
  const closed = state['transfer.search-closed'];
  const found = closed?.data.outcome === 'not-found' && closed.occurredAt < at ? at : closed?.occurredAt;
  const end = state['transfer.person-reported']?.occurredAt ?? found;
  if (due === undefined || end === undefined || end < due) return undefined;
  const [dueDay, until] = [dayOf(justBefore(due)), dayOf(end)];
  const policy = packInForce(book, state['transfer.applied']?.data.originNode ?? '', dueDay)?.policy;
  // The last verified contact in a transfer is the service of the decision.
  const served = state['transfer.decision-served'];
  const lastDay = policy?.absenceFrom === 'last-contact' && served !== undefined ? dayOf(served.occurredAt) : dueDay;
  return { lastDay, until, days: daysBetween(lastDay, until) };
};

/** A due instant is 24:00 of the last day: the first instant of the next. */
const justBefore = (due: Instant): Instant => new Date(Date.parse(due) - 1).toISOString();

/** The rung that an absence calls for (办法 34-35, 高法解释 543): the last whose threshold it has passed. 超过 excludes the number itself. */
export const sanctionFor = (
  { lastDay, until, days }: Absence,
  rules: readonly SanctionRule[],
): SanctionRule | undefined =>
  rules.findLast(({ over }) => ('days' in over ? days > over.days : until > addMonths(lastDay, over.months)));

/**
 * What stands against a sanction as far as its author knows. The agency that answered when the limit passed proposes, the
 * one that executes now decides: which is no article's words but the hub's proposal.
 */
export const sanctionRejection = (
  state: TransferState,
  act: Sanctioning,
  rules: Rules,
): TransferRejection | undefined => {
  const absence = absenceIn(state, act.occurredAt, rules);
  if (absence === undefined) return { code: 'NOTHING_TO_SANCTION', rule: '办法31' };
  // Of the other party: one's own is refused before.
  if (act.type === 'transfer.sanction-decided' && state[act.type] !== undefined)
    return { code: 'SANCTION_ALREADY_DECIDED' };
  const parties = state['transfer.applied']?.data;
  const executing = executingParty(state);
  if (act.type === 'transfer.sanction-decided' && parties?.[executing] !== act.actor.agencyId)
    return { code: 'ACT_NOT_YOURS', rule: '办法31' };
  const node = (executing === 'origin' ? parties?.originNode : parties?.receivingNode) ?? '';
  const ladder = packInForce(rules.book, node, dayOf(act.occurredAt))?.sanctions ?? [];
  const category = parties?.category;
  const fitting = sanctionFor(
    absence,
    ladder.filter(({ categories }) => category === undefined || (categories?.includes(category) ?? true)),
  );
  const measure: Sanction | 'none' = act.data.measure;
  return measure === 'none' || measure === fitting?.measure
    ? undefined
    : { code: 'SANCTION_NOT_FITTING', rule: fitting?.article ?? '办法34' };
};

/** Who carries out the correction: the origin until the person has reported. */
export const executingParty = (state: TransferState): Party =>
  state['transfer.person-reported'] === undefined ? 'origin' : 'receiving';
