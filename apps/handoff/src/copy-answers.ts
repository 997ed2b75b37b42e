import { copiesOf, type CopyStatus, sendingParty } from '@delta-hub/handoff';
import type { TransferParent } from './answers.js';

/** One copy with the case it is of. */
export interface CopyParent {
  readonly summary: TransferParent;
  readonly copy: CopyStatus;
  /** Until when its recipient should take note: of the copy, or once that is done of its correction. */
  readonly due: string;
}

/** The copies of a case, oldest first. */
export const copyParents = (summary: TransferParent): readonly CopyParent[] =>
  copiesOf(summary.facts).map((copy) => {
    const { of, office } = copy.sent.data;
    const about = copy.acknowledged !== undefined && copy.correction !== undefined ? '/correction' : '';
    const step = sendingParty(office) === 'origin' ? 'ORIGIN_COPY_NOTED' : 'RECEIVING_COPY_NOTED';
    const due = summary.dues.find((each) => each.step === step && each.about === `${of}/${office}${about}`)?.due;
    return { summary, copy, due: due ?? copy.sent.occurredAt };
  });

/** Whether the recipient has nothing more to take note of. */
export const isNoted = ({ acknowledged, correction }: CopyStatus): boolean =>
  acknowledged !== undefined && (correction === undefined || correction.acknowledged !== undefined);
