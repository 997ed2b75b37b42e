import type {
  OnceType,
  RepeatedType,
  TransferAct,
  TransferEvent,
  TransferEventType,
  Verdict,
} from './transfer.events.js';

/** Where an act stands in the state: its type, and for one that can be repeated what it is about. */
export type StateKey = OnceType | `${RepeatedType}#${string}`;

/**
 * What has been done in a transfer: each act at most once for each thing it is about, the first one counts. The state
 * holds no status, so two nodes that learn the same facts in different orders stand in the same state; `statusOf` reads
 * the status from it.
 */
export type TransferState = { readonly [T in OnceType]?: TransferAct<T> } & {
  readonly [T in RepeatedType as `${T}#${string}`]?: TransferAct<T>;
};

export const NOTHING_DONE: TransferState = {};

type About = { readonly [T in RepeatedType]: (data: TransferAct<T>['data']) => string };

/** What a verdict is about: the limit, its due instant, the rung, and which of several things. */
const aboutVerdict = ({ step, due, rung, about }: Pick<Verdict, 'step' | 'due' | 'rung' | 'about'>): string =>
  `${step}/${due}/${rung}${about === undefined ? '' : `/${about}`}`;
const ofCopy = ({ of, office }: TransferAct<'transfer.copy-acknowledged'>['data']): string => `${of}/${office}`;

/** What each act that can be repeated is about. */
const ABOUT: About = {
  'transfer.reply-superseded': ({ supersedes }) => supersedes,
  'transfer.dispute-raised': ({ level }) => level,
  'transfer.dispute-resolved': ({ level, side }) => `${level}/${side}`,
  'transfer.recusal-declared': ({ agency, officerId }) => `${agency}/${officerId}`,
  'transfer.fact-corrected': ({ fact }) => fact,
  'transfer.correction-acknowledged': ({ fact, office }) => (office === undefined ? fact : `${fact}/${office}`),
  'transfer.copy-sent': ofCopy,
  'transfer.copy-acknowledged': ofCopy,
  'transfer.deadline-reminded': aboutVerdict,
  'transfer.deadline-breached': aboutVerdict,
  'transfer.deadline-escalated': aboutVerdict,
  'transfer.deadline-superseded': aboutVerdict,
};

export const isRepeated = (type: TransferEventType): type is RepeatedType => Object.hasOwn(ABOUT, type);

export const keyOf = ({ type, data }: TransferEvent): StateKey =>
  isRepeated(type) ? `${type}#${(ABOUT[type] as (data: unknown) => string)(data)}` : type;

export const evolveTransfer = (state: TransferState, act: TransferEvent): TransferState => {
  const key = keyOf(act);
  const known = state[key];
  if (known !== undefined && !takesPlaceOf(act, known)) return state;
  return act.type === 'transfer.applied' ? { ...ofParties(state, act), [key]: act } : { ...state, [key]: act };
};

/**
 * Decisions on a sanction 处理决定 of both parties may cross while a report is on its way: nobody is sanctioned twice for one
 * absence, so the earlier one counts, and the other stands in the history without effect (P: no rule was found).
 */
const takesPlaceOf = (act: TransferEvent, known: TransferEvent): boolean =>
  areCrossing(act, known) &&
  (act.occurredAt < known.occurredAt ||
    (act.occurredAt === known.occurredAt && act.actor.agencyId < known.actor.agencyId));

/** Two decisions on the sanction, each by another party. */
export const areCrossing = (act: TransferEvent, known: TransferEvent): boolean =>
  act.type === 'transfer.sanction-decided' && known.type === act.type && act.actor.agencyId !== known.actor.agencyId;

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
export const isSuperseded = (state: TransferState, about: Pick<Verdict, 'step' | 'due' | 'rung' | 'about'>): boolean =>
  state[`transfer.deadline-superseded#${aboutVerdict(about)}`] !== undefined;

/** All that has been done, in no particular order. */
export const actsOf = (state: TransferState): readonly TransferEvent[] => Object.values(state) as TransferEvent[];

/** All acts of one type. A state is never changed, and is asked for one type after another: its acts are sorted once. */
export const actsOfType = <T extends TransferEventType>(state: TransferState, type: T): readonly TransferAct<T>[] => {
  let types = byType.get(state);
  if (types === undefined) byType.set(state, (types = Map.groupBy(actsOf(state), (act) => act.type)));
  return (types.get(type) ?? []) as readonly TransferAct<T>[];
};

const byType = new WeakMap<TransferState, ReadonlyMap<TransferEventType, readonly TransferEvent[]>>();
