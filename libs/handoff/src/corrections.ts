import { aboutFact, aboutNote, nthOf } from './anew.js';
import type { OfficeRole, Party } from './terms.js';
import type { OnceType, TransferAct, TransferEvent, TransferEventType, TransferRejection } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';
import { actsOfType, isRepeated, struckOf, type TransferState } from './transfer.state.js';

type Correction = TransferAct<'transfer.fact-corrected'>;
type Acknowledgement = TransferAct<'transfer.correction-acknowledged'>;

/** One correction of a case, with whether the one it was told to has taken note: until then that is an open duty. */
export interface CorrectionStatus {
  readonly correction: Correction;
  readonly acknowledged?: Acknowledgement;
}

/** Whether a text names a fact that can be corrected: one that a case has once. */
export const isCorrectable = (fact: string): fact is OnceType =>
  Object.hasOwn(PROCEDURE, fact) && !isRepeated(fact as TransferEventType);

/** The corrections of a case, oldest first. */
export const correctionsOf = (state: TransferState): readonly CorrectionStatus[] =>
  actsOfType(state, 'transfer.fact-corrected')
    .toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1))
    .map((correction) => {
      const acknowledged =
        state[`transfer.correction-acknowledged#${aboutFact(correction.data.fact, nthOf(correction))}`];
      return acknowledged === undefined ? { correction } : { correction, acknowledged };
    });

/** The correction of the n-th act of a type; undefined while it is not corrected. */
export const correctionOf = (state: TransferState, fact: OnceType, nth: number): Correction | undefined =>
  state[`transfer.fact-corrected#${aboutFact(fact, nth)}`];

/** Whether a fact stands that is wrong and is not done anew: see `isStriking` for those that are. */
export const isMarkedWrong = (state: TransferState, fact: OnceType): boolean => {
  const standing = state[fact];
  const kind = standing && correctionOf(state, fact, nthOf(standing))?.data.kind;
  return kind !== undefined && kind !== 'wrong-document';
};

/** Who may write it: a correction the party whose act was wrong, which may be either, an acknowledgement the other one. */
export const correctingParty = (state: TransferState, act: Correction | Acknowledgement): Party => {
  const { fact, nth = 1 } = act.data;
  const correction = act.type === 'transfer.fact-corrected' ? act : correctionOf(state, fact, nth);
  const { party } = PROCEDURE[fact];
  const isReceivings =
    party === 'any' ? correction?.actor.agencyId === state['transfer.applied']?.data.receiving : party === 'receiving';
  return isReceivings === (act.type === 'transfer.fact-corrected') ? 'receiving' : 'origin';
};

/** The act that an officer means who says which fact is wrong: the one of its type that stands, else the last that was struck. */
export const standingNth = (state: TransferState, fact: OnceType): number => {
  const standing = state[fact] ?? struckOf(state, fact).at(-1);
  return standing === undefined ? 1 : nthOf(standing);
};

/** The correction that an officer means who takes note of one: the first that is not noted yet, else the last. */
export const notedNth = (state: TransferState, fact: OnceType, office?: OfficeRole): number => {
  const nths = actsOfType(state, 'transfer.fact-corrected')
    .flatMap((act) => (act.data.fact === fact ? nthOf(act) : []))
    .sort((a, b) => a - b);
  const about = office === undefined ? { fact } : { fact, office };
  const isNoted = (nth: number): boolean =>
    state[`transfer.correction-acknowledged#${aboutNote({ ...about, nth })}`] !== undefined;
  return nths.find((nth) => !isNoted(nth)) ?? nths.at(-1) ?? 1;
};

/** What stands against a correction: no such fact, no evidence, or the officer whose own fact it is. */
export const correctionRejection = (state: TransferState, act: Correction): TransferRejection | undefined => {
  const { fact, documents } = act.data;
  const wrong = state[fact];
  if (wrong === undefined || nthOf(wrong) !== nthOf(act)) return { code: 'FACT_UNKNOWN' };
  if (documents.length === 0) return { code: 'EVIDENCE_MISSING' };
  if (wrong.actor.officerId === act.actor.officerId) return { code: 'FOUR_EYES_REQUIRED', rule: '个保法46' };
  return wrong.occurredAt <= act.occurredAt ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};

export const acknowledgementRejection = (
  state: TransferState,
  { data, occurredAt }: Acknowledgement,
): TransferRejection | undefined => {
  const correction = correctionOf(state, data.fact, data.nth ?? 1);
  if (correction === undefined) return { code: 'NOT_CORRECTED' };
  return correction.occurredAt <= occurredAt ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};

/** What a case rests on can only be withdrawn and applied for again: an application is not done anew. */
export const restsOnCorrected = (state: TransferState, { type }: TransferEvent): TransferRejection | undefined =>
  PROCEDURE[type].survivesClosing !== true && type !== 'transfer.withdrawn' && isMarkedWrong(state, 'transfer.applied')
    ? { code: 'RESTS_ON_CORRECTED' }
    : undefined;
