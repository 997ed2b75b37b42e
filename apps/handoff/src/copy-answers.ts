import { agencyById } from '@delta-hub/contracts';
import { fold } from '@delta-hub/decider';
import {
  aboutCopy,
  copiesOf,
  type CopyStatus,
  hubRules,
  noteDue,
  sendingParty,
  transferDecider,
} from '@delta-hub/handoff';
import type { TransferParent } from './answers.js';
import type { Cases } from './cases.js';
import { actOfRow } from './signed-events.js';
import type { View } from './view.js';

/** One copy with where it is of. */
export interface CopyParent {
  readonly transferId: string;
  readonly copy: CopyStatus;
  /** Until when its recipient should take note: of the copy, or once that is done of its correction. */
  readonly due: string;
  readonly isSealed: boolean;
  readonly view: View | undefined;
}

/** The copies of a case, oldest first. */
export const copyParents = (summary: TransferParent): readonly CopyParent[] =>
  copiesOf(summary.facts).map((copy) => {
    const { office } = copy.sent.data;
    const about = copy.acknowledged !== undefined && copy.correction !== undefined ? '/correction' : '';
    const step = sendingParty(office) === 'origin' ? 'ORIGIN_COPY_NOTED' : 'RECEIVING_COPY_NOTED';
    const due = summary.dues.find(
      (each) => each.step === step && each.about === `${aboutCopy(copy.sent.data)}${about}`,
    )?.due;
    const isSealed = summary.confidentiality !== undefined;
    return { transferId: summary.id, copy, due: due ?? copy.sent.occurredAt, isSealed, view: summary.view };
  });

/** The same for a recipient: of a case that this node is no party of it has the copies alone. */
export const copiesHere = (cases: Cases, transferId: string, view: View | undefined): readonly CopyParent[] => {
  const summary = cases.transfer(transferId);
  if (summary !== undefined) return copyParents({ ...summary, view });
  const state = fold(
    transferDecider,
    cases.factsOfStream(transferId).flatMap((row) => actOfRow(row) ?? []),
  );
  return copiesOf(state).map((copy) => {
    const due = noteDue(copy, agencyById(copy.sent.actor.agencyId)?.node ?? '', hubRules);
    return { transferId, copy, due, isSealed: copy.sent.data.confidentiality !== undefined, view };
  });
};

/** Whether the recipient has nothing more to take note of; one that was served outside never has. */
export const isNoted = ({ sent, acknowledged, correction }: CopyStatus): boolean =>
  sent.data.recipient === undefined ||
  (acknowledged !== undefined && (correction === undefined || correction.acknowledged !== undefined));
