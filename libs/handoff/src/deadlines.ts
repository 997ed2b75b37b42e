import type { AgencyId, NodeId } from './agency.js';
import { movesCustody } from './custody.js';
import { type Calendar, dayKind, isCovered } from './calendar.js';
import { addDays, dayOf, daysBetween, endOfDay, type Instant, type PlainDate } from './instant.js';
import type { PolicySwitches, RollForward } from './policy.js';
import { repliesOf } from './reply.js';
import { instancesOf, type LimitInstance } from './limit-instances.js';
import { packInForce, type RuleBook, type Rules, versionOf } from './rule-book.js';
import type { Limit, RulePack, RuleSource, Rung } from './rule-pack.js';
import type { DeadlineStep } from './terms.js';
import type { OnceType, TransferAct, TransferEvent, TransferEventType, VerdictType } from './transfer.events.js';
import { isMarkedWrong } from './corrections.js';
import { PROCEDURE } from './transfer.procedure.js';
import { actsOfType, isSuperseded, keyOf, lastVerdict, type StateKey, type TransferState } from './transfer.state.js';

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
  /** Which of several things, e.g. `transfer.decided/origin-police`; absent where a case has the limit once. */
  readonly about?: string;
  /** The recipient that owes the act 抄送; absent where the agency or the person does. */
  readonly recipient?: AgencyId;
  /** The agency that does the act, or at whose desk the person does. */
  readonly agency: AgencyId;
  readonly owedBy: Limit['owedBy'];
  /** When the act was done that started the count. */
  readonly from: Instant;
  /** Article and rule pack, e.g. `办法30@2020.1`. */
  readonly rule: string;
  /** The rule in the book: see `traceRule`. */
  readonly ruleId: string;
  readonly source: RuleSource;
  readonly verified: boolean;
  /** When the act was done; absent while it is open. */
  readonly at?: Instant;
  /** Whether it was done in time; absent while it is open, however late. */
  readonly met?: boolean;
  /** Whole calendar days from the day of the act to the due day: negative when late. Absent while it is open. */
  readonly marginDays?: number;
  /** The withdrawal that ended the duty before it was done. */
  readonly lapsedAt?: Instant;
  /** The fact `outage.declared` that excuses why it came late. */
  readonly excusedBy?: string;
}

/** A limit that runs, with what happens when it passes. */
export interface Duty extends Due, Pick<LimitInstance, 'act'>, Pick<Limit, 'timelyBy'> {
  /** The act that started the count. */
  readonly startedBy: StateKey;
  readonly ladder: readonly Rung[];
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
 * nodes with the same facts, book and calendar get the same answer, whatever time it is.
 */
export const dueInstants = (state: TransferState, rules: Rules): readonly Due[] => {
  const all = duties(state, rules);
  let dues = dueOf.get(all);
  if (dues === undefined) dueOf.set(all, (dues = all.map(dueIn)));
  return dues;
};

const dueOf = new WeakMap<readonly Duty[], readonly Due[]>();

const dueIn = ({ ladder: _ladder, act: _act, startedBy: _by, timelyBy: _timelyBy, ...due }: Duty): Due => due;

/**
 * The same with what happens when each limit passes. Each limit is that of the pack in force when its count started. A
 * state is never changed, and several ask of the same one: it is judged once, and after most verdicts not anew.
 */
export const duties = (state: TransferState, rules: Rules): readonly Duty[] => {
  const known = judged.get(state);
  if (known?.rules === rules) return known.duties;
  const last = lastVerdict(state);
  const isAsBefore = last !== undefined && !isCounted(last.act, rules.book);
  const found = isAsBefore ? duties(last.before, rules) : allDuties(state, rules);
  judged.set(state, { rules, duties: found });
  return found;
};

const judged = new WeakMap<TransferState, { readonly rules: Rules; readonly duties: readonly Duty[] }>();

/** Whether a verdict says something of a limit that is not in the other facts: see `hasComeLate`. */
const isCounted = ({ type, data: { step } }: TransferAct<VerdictType>, book: RuleBook): boolean =>
  type === 'transfer.deadline-breached' &&
  limitsOf(book).some(({ limit }) => limit.step === step && limit.timelyBy === 'receipt');

const allDuties = (state: TransferState, rules: Rules): readonly Duty[] =>
  limitsOf(rules.book).flatMap(({ limit, pack }) =>
    instancesOf(limit, pack, state).flatMap((instance) =>
      dutyOf({ limit, instance, version: pack.version }, state, rules),
    ),
  );

/** Every limit of every pack, those of one step together. A book never changes: they are put in order once. */
const limitsOf = (book: RuleBook): readonly { readonly limit: Limit; readonly pack: RulePack }[] => {
  const known = ordered.get(book);
  if (known !== undefined) return known;
  const found = book.packs.flatMap((pack) => pack.limits.map((limit) => ({ limit, pack })));
  const steps = [...new Set(found.map(({ limit }) => limit.step))];
  const limits = steps.flatMap((step) => found.filter(({ limit }) => limit.step === step));
  ordered.set(book, limits);
  return limits;
};

const ordered = new WeakMap<RuleBook, readonly { readonly limit: Limit; readonly pack: RulePack }[]>();

interface Named {
  readonly limit: Limit;
  readonly instance: LimitInstance;
  /** The pack that names the limit; it counts where that pack is in force when the count starts. */
  readonly version: string;
}

const dutyOf = ({ limit: named, instance, version }: Named, state: TransferState, rules: Rules): readonly Duty[] => {
  const { step, party, when } = named;
  const parties = state['transfer.applied']?.data;
  const started = startOf(when, instance, state);
  if (parties === undefined || started === undefined) return [];
  const node = party === 'origin' ? parties.originNode : parties.receivingNode;
  const from = started.occurredAt;
  const run = runOf(step, node, from, rules);
  if (run?.pack.version !== version) return [];
  const { pack, limit, lastDay } = run;
  const { about, recipient } = instance;
  return [
    {
      ...{ step, agency: parties[limit.party], owedBy: limit.owedBy, from, ...lastDay },
      ...(about === undefined ? {} : { about }),
      ...(recipient === undefined ? {} : { recipient }),
      rule: `${limit.article}@${versionOf(limit, pack)}`,
      ruleId: `${step}@${versionOf(limit, pack)}`,
      source: limit.source,
      verified: limit.verified,
      ...outcome(limit, instance, state, lastDay),
      ...{ startedBy: keyOf(started), act: instance.act, ladder: limit.ladder },
      ...(limit.timelyBy === undefined ? {} : { timelyBy: limit.timelyBy }),
    },
  ];
};

/** A limit as it runs from an instant at a node. */
interface Run {
  readonly pack: RulePack;
  readonly limit: Limit;
  readonly lastDay: LastDay;
}

/** The limit of a step in the pack in force, counted from an instant; undefined where there is none. The same is asked with every fact of a case. */
const runOf = (step: DeadlineStep, node: NodeId, from: Instant, rules: Rules): Run | undefined => {
  const known = runs.get(rules) ?? new Map<string, Run | undefined>();
  runs.set(rules, known);
  const name = `${step} ${node} ${from}`;
  if (known.has(name)) return known.get(name);
  if (known.size >= MOST_RUNS) known.clear();
  const run = count(step, node, from, rules);
  known.set(name, run);
  return run;
};

const runs = new WeakMap<Rules, Map<string, Run | undefined>>();
const MOST_RUNS = 50_000;

const count = (step: DeadlineStep, node: NodeId, from: Instant, { book, calendar }: Rules): Run | undefined => {
  const pack = packInForce(book, node, dayOf(from));
  const limit = pack?.limits.find((each) => each.step === step);
  if (pack === undefined || limit === undefined) return undefined;
  if (step === 'DECISION' && pack.policy.decisionLimit === 'none') return undefined;
  const days = limit.days + travel(limit, pack.policy);
  const rollForward = limit.isAtOnce ? 'never' : pack.policy.rollForward;
  return { pack, limit, lastDay: lastDayOf(days, from, rollForward, calendar) };
};

/** Travel is left out of the person's own limit only, and only where the switch says so (刑事诉讼法 105). */
const travel = ({ owedBy }: Limit, { travelDays }: PolicySwitches): number => (owedBy === 'person' ? travelDays : 0);

const startOf = (when: Limit['when'], { from }: LimitInstance, state: TransferState): TransferEvent | undefined => {
  if (when !== undefined && !holds(when, state)) return undefined;
  // What was struck does not stand in the state; what is only marked does.
  if (isMarkedWrong(state, from as OnceType)) return undefined;
  return from === 'transfer.consultation-replied' ? decidedUpon(state) : state[from];
};

const holds = (when: NonNullable<Limit['when']>, state: TransferState): boolean => {
  if (when === 'outside-prison') return movesCustody(state);
  if (when === 'reported') return state['transfer.person-reported'] !== undefined;
  return state['transfer.decided']?.data.approved === (when === 'approved');
};

/** The reply that the decision follows: the standing one; for a decision that crossed a newer reply, the one it saw. */
const decidedUpon = (state: TransferState) => {
  const decided = state['transfer.decided']?.occurredAt;
  const replies = repliesOf(state);
  return replies.findLast(({ occurredAt }) => decided === undefined || occurredAt <= decided) ?? replies[0];
};

const outcome = (
  limit: Limit,
  { act }: LimitInstance,
  state: TransferState,
  { due, dueDay }: LastDay,
): Pick<Due, 'at' | 'met' | 'marginDays' | 'lapsedAt' | 'excusedBy'> => {
  const at = state[act]?.occurredAt;
  if (at !== undefined) {
    const excusedBy = excuseOf(limit, state, due);
    return {
      ...{ at, met: at < due && !hasComeLate(limit, state, due), marginDays: daysBetween(dayOf(at), dueDay) },
      ...(excusedBy === undefined ? {} : { excusedBy }),
    };
  }
  const withdrawn = state['transfer.withdrawn'];
  return withdrawn === undefined || survivesClosing(act) ? {} : { lapsedAt: withdrawn.occurredAt };
};

/** For a sending, the other party's node has found that it came late, and nothing has overtaken that. */
const hasComeLate = ({ step, timelyBy }: Limit, state: TransferState, due: Instant): boolean =>
  timelyBy === 'receipt' &&
  actsOfType(state, 'transfer.deadline-breached').some(
    ({ data }) => data.step === step && data.due === due && !isSuperseded(state, data),
  );

const excuseOf = ({ step }: Limit, state: TransferState, due: Instant): string | undefined =>
  actsOfType(state, 'transfer.deadline-superseded').find(
    ({ data }) => data.step === step && data.due === due && data.outage !== undefined,
  )?.data.outage;

const survivesClosing = (act: StateKey): boolean =>
  PROCEDURE[act.split('#')[0] as TransferEventType].survivesClosing === true;
