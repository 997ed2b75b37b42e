import type { Party } from './terms.js';
import type { OnceType, TransferAct, TransferEvent, TransferEventType, TransferRejection } from './transfer.events.js';
import { PROCEDURE } from './transfer.procedure.js';
import { actsOfType, isRepeated, type TransferState } from './transfer.state.js';

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
      const acknowledged = state[`transfer.correction-acknowledged#${correction.data.fact}`];
      return acknowledged === undefined ? { correction } : { correction, acknowledged };
    });

/** Who may write it: a correction the party whose act was wrong, an acknowledgement the other one. */
export const correctingParty = ({ type, data }: Correction | Acknowledgement): Party => {
  const isReceivings = PROCEDURE[data.fact].party === 'receiving';
  return isReceivings === (type === 'transfer.fact-corrected') ? 'receiving' : 'origin';
};

/** What stands against a correction: no such fact, no evidence, or the officer whose own fact it is. */
export const correctionRejection = (state: TransferState, act: Correction): TransferRejection | undefined => {
  const wrong = state[act.data.fact];
  if (wrong === undefined) return { code: 'FACT_UNKNOWN' };
  if (act.data.documents.length === 0) return { code: 'EVIDENCE_MISSING' };
  if (wrong.actor.officerId === act.actor.officerId) return { code: 'FOUR_EYES_REQUIRED', rule: '个保法46' };
  return wrong.occurredAt <= act.occurredAt ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};

export const acknowledgementRejection = (
  state: TransferState,
  { data, occurredAt }: Acknowledgement,
): TransferRejection | undefined => {
  const correction = state[`transfer.fact-corrected#${data.fact}`];
  if (correction === undefined) return { code: 'NOT_CORRECTED' };
  return correction.occurredAt <= occurredAt ? undefined : { code: 'OCCURRED_BEFORE_CAUSE' };
};

/**
 * What a correction means for the case: nothing that was done vanishes, and here no new act is put on top of a struck
 * fact. The way on is to withdraw and to apply again. A partner that did not know of it yet is not measured by it.
 */
export const restsOnCorrected = (state: TransferState, { type }: TransferEvent): TransferRejection | undefined =>
  PROCEDURE[type].survivesClosing !== true &&
  type !== 'transfer.withdrawn' &&
  PROCEDURE[type].after.some(([cause]: readonly [OnceType, unknown]) => state[`transfer.fact-corrected#${cause}`])
    ? { code: 'RESTS_ON_CORRECTED' }
    : undefined;
