import { asNth, nthOf } from './anew.js';
import { duties, type Duty } from './deadlines.js';
import { addDays, dayOf, type Instant, type PlainDate, startOfDay } from './instant.js';
import type { RuleBook, Rules } from './rule-book.js';
import { type Rung, WATCHED_BY } from './rule-pack.js';
import type { Party } from './terms.js';
import type { TransferEvent, TransferFacts, TransferRejection, VerdictType } from './transfer.events.js';
import { actsOf, isSuperseded, keyOf, nthVerdict, type TransferState } from './transfer.state.js';
import { excuse, type Transmission } from './transmission.js';

type VerdictAct = Extract<TransferEvent, { type: VerdictType }>;

/** The instant of a rung: 24:00 of the last day, or 00:00 of a day counted from the start or from the last day. */
const instantOfRung = ({ from, days }: Rung, { from: started, dueDay, due }: Duty): Instant => {
  return from === 'start' ? startOfDay(addDays(dayOf(started), days)) : instantFrom(dueDay, due, days);
};

/** A rung of a duty, by its place in the ladder, and when it is reached. */
interface DatedRung {
  readonly rung: Rung;
  readonly index: number;
  readonly instant: Instant;
}

/** The rungs of a duty with their instants. A duty is never changed, and is looked at again with every fact of its case. */
const rungsOf = (duty: Duty): readonly DatedRung[] => {
  let rungs = climbed.get(duty);
  if (rungs === undefined) {
    rungs = duty.ladder.map((rung, index) => ({ rung, index, instant: instantOfRung(rung, duty) }));
    climbed.set(duty, rungs);
  }
  return rungs;
};

const climbed = new WeakMap<Duty, readonly DatedRung[]>();

const instantFrom = (dueDay: PlainDate, due: Instant, days: number): Instant =>
  days === 0 ? due : startOfDay(addDays(dueDay, days));

/** A due instant is 24:00 of the last day: the first instant of the next. */
const justBefore = (due: Instant): Instant => new Date(Date.parse(due) - 1).toISOString();

/**
 * What the party `watching` has to record about the limits of a case at `now`: reminders, breaches and escalations whose
 * instant has come and for which the act had not been done by then; and for each verdict that a late fact has overtaken,
 * that it is superseded. Each bears the instant at which it became true, not the one at which the worker looked: however
 * late the worker comes, and however often, the verdicts are the same. Sorted by instant, then by the limits' order.
 */
export const dueActs = (
  state: TransferState,
  now: Instant,
  rules: Rules,
  watching: Party,
  transmission: Transmission,
): readonly TransferEvent[] => {
  const overtaking = (instant: Instant, duty: Duty | undefined) => reasonOf(instant, duty, state, transmission);
  const all = duties(state, rules).filter(({ step }) => WATCHED_BY[step] === watching);
  const open = all.flatMap((duty) =>
    rungsOf(duty).flatMap((one) =>
      one.instant <= now && overtaking(one.instant, duty) === undefined ? [verdict(duty, one, state)] : [],
    ),
  );
  const stale = verdictsOf(state, watching).flatMap((act) => {
    const reason = overtaking(act.occurredAt, dutyOf(act, all));
    return reason === undefined ? [] : [superseding(act, reason)];
  });
  return [...open, ...stale]
    .filter((act) => state[keyOf(act)] === undefined)
    .sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : 0));
};

/**
 * What a verdict has against its own rule, whoever wrote it: a rule that this book has, a rung of its ladder, told to whom
 * the rung says, and not before its instant. Whether the limit ran is in the facts of the case, and both sides see it.
 */
export const verdictRejection = (
  state: TransferState,
  act: VerdictAct | Extract<TransferEvent, { type: 'transfer.deadline-superseded' }>,
  { packs }: RuleBook,
): TransferRejection | undefined => {
  const { step, rule, rung: index, due } = act.data;
  const [name, version] = rule.split(/[@+]/);
  const limit = packs.find((pack) => pack.version === version)?.limits.find((each) => each.step === name);
  const rung = limit?.ladder[index];
  const isOfDue = rung?.from !== 'due' || act.occurredAt === instantFrom(dayOf(justBefore(due)), due, rung.days);
  const isOfRung =
    act.type === 'transfer.deadline-superseded' ||
    (act.type === `transfer.deadline-${rung?.kind}` && act.data.to.join() === rung?.to.join());
  const { nth: _nth, ...about } = act.data;
  const isNext = nthOf(act) === nthVerdict(state, about);
  return name === step && rung !== undefined && isOfDue && isOfRung && isNext
    ? undefined
    : { code: 'VERDICT_UNFOUNDED' };
};

/** When the party `watching` has to look again at the latest; undefined when nothing is waited for. */
export const nextLook = (state: TransferState, rules: Rules, watching: Party): Instant | undefined =>
  duties(state, rules)
    .filter(({ step, at, lapsedAt }) => WATCHED_BY[step] === watching && at === undefined && lapsedAt === undefined)
    .flatMap((duty) => rungsOf(duty).map((one) => verdict(duty, one, state)))
    .filter((act) => state[keyOf(act)] === undefined)
    .map(({ occurredAt }) => occurredAt)
    .reduce<Instant | undefined>(
      (first, instant) => (first === undefined || instant < first ? instant : first),
      undefined,
    );

/** The verdicts of a case that stand, oldest first. */
export const standingVerdicts = (state: TransferState): readonly VerdictAct[] =>
  actsOf(state)
    .filter((act): act is VerdictAct => isVerdict(act) && !isSuperseded(state, act.data))
    .sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));

const isVerdict = (act: TransferEvent): act is VerdictAct =>
  act.type === 'transfer.deadline-reminded' ||
  act.type === 'transfer.deadline-breached' ||
  act.type === 'transfer.deadline-escalated';

const verdictsOf = (state: TransferState, watching: Party): readonly VerdictAct[] =>
  actsOf(state).filter((act): act is VerdictAct => isVerdict(act) && WATCHED_BY[act.data.step] === watching);

const dutyOf = ({ data: { step, due, about } }: VerdictAct, all: readonly Duty[]): Duty | undefined =>
  all.find((duty) => duty.step === step && duty.due === due && duty.about === about);

type Reason = Pick<TransferFacts['transfer.deadline-superseded'], 'because' | 'outage'>;

/**
 * Why what a verdict says was not so at its instant: the act was done, or the case over, before it; for a sending, it had
 * come, or could not come because the line was cut. Undefined when it was so.
 */
const reasonOf = (
  instant: Instant,
  duty: Duty | undefined,
  state: TransferState,
  transmission: Transmission,
): Reason | undefined => {
  if (duty === undefined) return { because: 'recomputed' };
  if (duty.lapsedAt !== undefined && duty.lapsedAt < instant) return { because: 'withdrawn' };
  if (duty.at === undefined || duty.at >= instant) return undefined;
  const arrival = duty.timelyBy === 'receipt' ? transmission.arrivals[duty.act] : undefined;
  if (arrival === undefined || arrival.receivedAt < instant) return { because: 'done-in-time' };
  const parties = state['transfer.applied']?.data;
  const nodes = parties === undefined ? [] : [parties.originNode, parties.receivingNode];
  const outage = excuse(arrival, instant, nodes, transmission.outages);
  return outage === undefined ? undefined : { because: 'outage', outage: outage.id };
};

const verdict = (duty: Duty, { rung, index, instant }: DatedRung, state: TransferState): VerdictAct => {
  const name = { step: duty.step, due: duty.due, rung: index, ...aboutOf(duty) };
  return {
    type: `transfer.deadline-${rung.kind}`,
    occurredAt: instant,
    actor: watcher(state, WATCHED_BY[duty.step]),
    data: { ...name, ...asNth(nthVerdict(state, name)), rule: duty.ruleId, to: [...rung.to] },
  };
};

const superseding = (act: VerdictAct, reason: Reason): TransferEvent => {
  const { step, due, rung, rule } = act.data;
  return {
    type: 'transfer.deadline-superseded',
    occurredAt: act.occurredAt,
    actor: act.actor,
    data: { step, due, rung, ...aboutOf(act.data), ...asNth(nthOf(act)), rule, ...reason },
  };
};

const aboutOf = ({ about }: { readonly about?: string }) => (about === undefined ? {} : { about });

/** The node itself, for the agency that waits. */
const watcher = (state: TransferState, party: Party): TransferEvent['actor'] => {
  const parties = state['transfer.applied']?.data;
  const node = party === 'origin' ? parties?.originNode : parties?.receivingNode;
  return { officerId: `node-${node}`, role: 'system', agencyId: parties?.[party] ?? '' };
};
