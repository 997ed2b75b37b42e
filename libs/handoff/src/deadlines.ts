import type { AgencyId } from './agency.js';
import { type Calendar, dayKind, isCovered } from './calendar.js';
import { addDays, dayOf, daysBetween, endOfDay, type Instant, type PlainDate } from './instant.js';
import type { DeadlineStep, Limit, LimitSource, RollForward, RulePack } from './rule-pack.js';
import type { TransferState } from './transfer.js';

/** The last day of a limit. */
export interface LastDay {
  /** By counting alone: the start day is excluded. */
  readonly rawDay: PlainDate;
  /** After roll-forward to the first day that is not off. */
  readonly dueDay: PlainDate;
  /** 24:00 of `dueDay` in Asia/Shanghai: an act must be done before this instant. */
  readonly due: Instant;
  /** False when a year looked at has no notice in the calendar: there, only weekends were taken as days off. */
  readonly isCalendarCovered: boolean;
}

/** One limit of the law applied to one transfer. */
export interface Due extends LastDay {
  readonly step: DeadlineStep;
  /** The agency that does the act, or at whose desk the person does. */
  readonly agency: AgencyId;
  readonly owedBy: Limit['owedBy'];
  /** When the act was done that started the count. */
  readonly from: Instant;
  /** Article and rule pack, e.g. `办法30@2020.1`. */
  readonly rule: string;
  readonly source: LimitSource;
  readonly verified: boolean;
  /** When the act was done; absent while it is open. */
  readonly at?: Instant;
  /** Whether it was done in time; absent while it is open, however late. */
  readonly met?: boolean;
  /** Whole calendar days from the day of the act to the due day: negative when late. Absent while it is open. */
  readonly marginDays?: number;
  /** The withdrawal that ended the duty before it was done. */
  readonly lapsedAt?: Instant;
}

/** Start day excluded, last day on a day off rolls forward (刑事诉讼法 105), the legal day ends at 24:00 Asia/Shanghai. */
export const lastDayOf = (days: number, from: Instant, rollForward: RollForward, calendar: Calendar): LastDay => {
  const rawDay = addDays(dayOf(from), days);
  const dueDay = roll(rawDay, rollForward, calendar);
  const isCalendarCovered = rollForward === 'never' || (isCovered(calendar, rawDay) && isCovered(calendar, dueDay));
  return { rawDay, dueDay, due: endOfDay(dueDay), isCalendarCovered };
};

const roll = (day: PlainDate, rollForward: RollForward, calendar: Calendar): PlainDate => {
  const kind = dayKind(calendar, day);
  const isOff = rollForward === 'days-off' ? kind !== 'working-day' : kind === 'public-holiday';
  return isOff && rollForward !== 'never' ? roll(addDays(day, 1), rollForward, calendar) : day;
};

/**
 * The due instants of every limit that has begun to run, in the order of the procedure. A fact of the facts alone: two
 * nodes with the same facts, pack and calendar get the same answer, whatever time it is.
 */
export const dueInstants = (state: TransferState, rulePack: RulePack, calendar: Calendar): readonly Due[] =>
  rulePack.limits.flatMap((limit) => {
    const started = startOf(limit, state);
    const parties = state['transfer.applied']?.data;
    if (started === undefined || parties === undefined) return [];
    const lastDay = lastDayOf(limit.days, started, rulePack.rollForward, calendar);
    return {
      step: limit.step,
      agency: parties[limit.party],
      owedBy: limit.owedBy,
      from: started,
      ...lastDay,
      rule: `${limit.article}@${rulePack.version}`,
      source: limit.source,
      verified: limit.verified,
      ...outcome(limit, state, lastDay),
    };
  });

const startOf = ({ from, when }: Limit, state: TransferState): Instant | undefined => {
  const isApproved = state['transfer.decided']?.data.approved;
  return when === undefined || isApproved === (when === 'approved') ? state[from]?.occurredAt : undefined;
};

const outcome = (
  { act }: Limit,
  state: TransferState,
  { due, dueDay }: LastDay,
): Pick<Due, 'at' | 'met' | 'marginDays' | 'lapsedAt'> => {
  const at = state[act]?.occurredAt;
  if (at !== undefined) return { at, met: at < due, marginDays: daysBetween(dayOf(at), dueDay) };
  const withdrawn = state['transfer.withdrawn'];
  return withdrawn === undefined ? {} : { lapsedAt: withdrawn.occurredAt };
};
