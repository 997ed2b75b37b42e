import { aboutCopy, aboutFact, aboutNote, asNth, FALLS_WITH, isStriking, nthOf, WRITTEN_ABOUT } from './anew.js';
import type {
  OnceType,
  RepeatedType,
  TransferAct,
  TransferEvent,
  TransferEventType,
  Verdict,
  VerdictType,
} from './transfer.events.js';

/** Where an act stands in the state: its type, and for one that can be repeated what it is about. */
export type StateKey = OnceType | `${RepeatedType}#${string}`;

/**
 * What has been done in a transfer: each act at most once for each thing it is about, the first one counts. What a
 * correction has struck does not stand under its type any more but beside it, and can be done anew. The state holds no
 * status, so two nodes that learn the same facts in different orders stand in the same state; `statusOf` reads the status
 * from it.
 */
export type TransferState = { readonly [T in OnceType]?: TransferAct<T> } & {
  readonly [T in RepeatedType as `${T}#${string}`]?: TransferAct<T>;
} & { readonly [T in OnceType as `${typeof STRUCK}${T}/${number}`]?: TransferAct<T> };

const STRUCK = 'struck#';

export const NOTHING_DONE: TransferState = {};

type About = { readonly [T in RepeatedType]: (data: TransferAct<T>['data']) => string };

/** Which verdict of a case: the limit, its due instant, the rung, of which of several things, and which of the same. */
export type VerdictName = Pick<Verdict, 'step' | 'due' | 'rung' | 'about' | 'nth'>;

const aboutVerdict = ({ step, due, rung, about, nth }: VerdictName): string =>
  `${step}/${due}/${rung}${about === undefined ? '' : `/${about}`}${nth === undefined ? '' : ` ${nth}`}`;

/** What each act that can be repeated is about. */
const ABOUT: About = {
  'transfer.reply-superseded': ({ supersedes }) => supersedes,
  'transfer.dispute-raised': ({ level }) => level,
  'transfer.dispute-resolved': ({ level, side }) => `${level}/${side}`,
  'transfer.recusal-declared': ({ agency, officerId }) => `${agency}/${officerId}`,
  'transfer.fact-corrected': ({ fact, nth = 1 }) => aboutFact(fact, nth),
  'transfer.correction-acknowledged': aboutNote,
  'transfer.merge-told': ({ fact }) => fact,
  'transfer.copy-sent': aboutCopy,
  'transfer.copy-acknowledged': aboutCopy,
  'transfer.deadline-reminded': aboutVerdict,
  'transfer.deadline-breached': aboutVerdict,
  'transfer.deadline-escalated': aboutVerdict,
  'transfer.deadline-superseded': aboutVerdict,
};

export const isRepeated = (type: TransferEventType): type is RepeatedType => Object.hasOwn(ABOUT, type);

export const keyOf = ({ type, data }: TransferEvent): StateKey =>
  isRepeated(type) ? `${type}#${(ABOUT[type] as (data: unknown) => string)(data)}` : type;

export const evolveTransfer = (state: TransferState, act: TransferEvent): TransferState => {
  const key = isStruck(state, act) ? struckKey(act) : keyOf(act);
  const known = state[key];
  if (known !== undefined && !takesPlaceOf(act, known)) return state;
  if (act.type === 'transfer.applied') return { ...ofParties(state, act), [key]: act };
  const next = { ...state, [key]: act };
  if (isOfLimit(act)) verdicts.set(next, { act, before: state });
  return act.type === 'transfer.fact-corrected' && isStriking(act) ? strike(next, act.data.fact, nthOf(act)) : next;
};

type OfLimit = TransferAct<VerdictType>;

const isOfLimit = (act: TransferEvent): act is OfLimit =>
  act.type === 'transfer.deadline-reminded' ||
  act.type === 'transfer.deadline-breached' ||
  act.type === 'transfer.deadline-escalated';

/** The verdict that made a state out of the one before, where one did: half of all acts are verdicts, and few things change with them. */
export const lastVerdict = (
  state: TransferState,
): { readonly act: OfLimit; readonly before: TransferState } | undefined => verdicts.get(state);

const verdicts = new WeakMap<TransferState, { readonly act: OfLimit; readonly before: TransferState }>();

const struckKey = <T extends TransferEvent>(act: T) => `${STRUCK}${act.type as OnceType}/${nthOf(act)}` as const;

/** Whether an act comes when it, or what it was written about, has been struck already. */
const isStruck = (state: TransferState, act: TransferEvent): boolean => {
  if (isRepeated(act.type)) return false;
  const correction = state[`transfer.fact-corrected#${aboutFact(act.type, nthOf(act))}`];
  const ground = WRITTEN_ABOUT[act.type];
  return (
    (correction !== undefined && isStriking(correction)) ||
    (ground !== undefined && state[`${STRUCK}${ground}/${nthOf(act)}`] !== undefined)
  );
};

/** Puts the n-th act of a type aside, with what falls with it. */
const strike = (state: TransferState, type: OnceType, nth: number): TransferState => {
  const { [type]: act, ...others } = state;
  if (act === undefined || nthOf(act) !== nth) return state;
  const left = { ...others, [struckKey(act as TransferEvent)]: act } as TransferState;
  const dependent = FALLS_WITH[type];
  const falling = dependent === undefined ? undefined : left[dependent];
  const struck = falling === undefined ? left : strike(left, falling.type, nthOf(falling));
  return Object.entries(WRITTEN_ABOUT).reduce(
    (rest, [written, ground]) => (ground === type ? strike(rest, written as OnceType, nth) : rest),
    struck,
  );
};

/** The acts of a type that have been struck, the first one first. */
export const struckOf = <T extends OnceType>(state: TransferState, type: T): readonly TransferAct<T>[] =>
  Object.entries(state)
    .flatMap(([key, act]) => (key.startsWith(`${STRUCK}${type}/`) ? [act as unknown as TransferAct<T>] : []))
    .sort((a, b) => nthOf(a) - nthOf(b));

/** Which act of its type the next one is. */
export const nextNth = (state: TransferState, type: OnceType): number => {
  const ground = state[WRITTEN_ABOUT[type] ?? type];
  return WRITTEN_ABOUT[type] === undefined || ground === undefined ? 1 + struckOf(state, type).length : nthOf(ground);
};

/**
 * The case as it was for whoever did not know of its corrections yet: what was struck stands again, for each correction
 * that they may not have known. Most cases have none.
 */
export const beforeCorrections = (state: TransferState): readonly TransferState[] => {
  const struck = Object.entries(state).flatMap(([key, act]) => (key.startsWith(STRUCK) ? [act as TransferEvent] : []));
  const nths = [...new Set(struck.map(nthOf))].sort((a, b) => b - a);
  return nths.map((nth) => ({
    ...state,
    ...Object.fromEntries(struck.filter((act) => nthOf(act) === nth).map((act) => [act.type, act])),
  }));
};

/**
 * Decisions on a sanction 处理决定 of both parties may cross while a report is on its way: nobody is sanctioned twice for one
 * absence, so the earlier one counts, and the other stands in the history without effect (P: no rule was found). The two are
 * one decision, and a correction strikes both; of two corrections of it one that strikes counts, else the earlier one.
 */
const takesPlaceOf = (act: TransferEvent, known: TransferEvent): boolean =>
  areCrossing(act, known) && (strikes(act) === strikes(known) ? isEarlier(act, known) : strikes(act));

const isEarlier = (act: TransferEvent, known: TransferEvent): boolean =>
  act.occurredAt < known.occurredAt ||
  (act.occurredAt === known.occurredAt && act.actor.agencyId < known.actor.agencyId);

const strikes = (act: TransferEvent): boolean => act.type === 'transfer.fact-corrected' && isStriking(act);

/** Two decisions on the sanction, or two corrections of it, each by another party; which of its type it is, is the same. */
export const areCrossing = (act: TransferEvent, known: TransferEvent): boolean =>
  known.type === act.type &&
  act.actor.agencyId !== known.actor.agencyId &&
  ofSanction(act) &&
  nthOf(act) === nthOf(known);

const ofSanction = (act: TransferEvent): boolean =>
  act.type === 'transfer.sanction-decided' ||
  (act.type === 'transfer.fact-corrected' && act.data.fact === 'transfer.sanction-decided');

/** Where a case is not, copies are taken by themselves: once its application is here, those of strangers are none of it. */
const ofParties = (
  state: TransferState,
  { data: { origin, receiving } }: TransferAct<'transfer.applied'>,
): TransferState => {
  const isStrangers = ({ type, actor }: TransferEvent): boolean =>
    (type === 'transfer.copy-sent' || type === 'transfer.fact-corrected') &&
    actor.agencyId !== origin &&
    actor.agencyId !== receiving;
  const own = Object.entries(state).filter(([, act]) => !isStrangers(act as TransferEvent));
  return own.length === Object.keys(state).length ? state : (Object.fromEntries(own) as TransferState);
};

/** Whether a later fact has shown that a verdict was not so. */
export const isSuperseded = (state: TransferState, about: VerdictName): boolean =>
  state[`transfer.deadline-superseded#${aboutVerdict(about)}`] !== undefined;

/** Which of the same verdicts stands or is next: those before it have been superseded. */
export const nthVerdict = (state: TransferState, about: VerdictName, nth = 1): number =>
  isSuperseded(state, { ...about, ...asNth(nth) }) ? nthVerdict(state, about, nth + 1) : nth;

/** All that has been done and not been struck, in no particular order. */
export const actsOf = (state: TransferState): readonly TransferEvent[] =>
  Object.entries(state).flatMap(([key, act]) => (key.startsWith(STRUCK) ? [] : [act as TransferEvent]));

/** All acts of one type. A state is never changed, and is asked for one type after another: its acts are sorted once. */
export const actsOfType = <T extends TransferEventType>(state: TransferState, type: T): readonly TransferAct<T>[] => {
  let types = byType.get(state);
  if (types === undefined) byType.set(state, (types = Map.groupBy(actsOf(state), (act) => act.type)));
  return (types.get(type) ?? []) as readonly TransferAct<T>[];
};

const byType = new WeakMap<TransferState, ReadonlyMap<TransferEventType, readonly TransferEvent[]>>();
