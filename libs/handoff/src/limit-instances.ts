import type { AgencyId } from './agency.js';
import { aboutCopy, aboutFact, asNth, nthOf } from './anew.js';
import { isDue, sendingParty } from './copies.js';
import { correctingParty, correctionOf, standingNth } from './corrections.js';
import type { Limit, RulePack } from './rule-pack.js';
import type { Party } from './terms.js';
import { actsOfType, keyOf, type StateKey, type TransferState } from './transfer.state.js';

/** What one limit is about in one case: the act that starts it, the act it asks for. */
export interface LimitInstance {
  readonly from: StateKey;
  readonly act: StateKey;
  /** Which of several things, e.g. `transfer.decided/origin-police`; absent where a case has the limit once. */
  readonly about?: string;
  /** Who owes the act, where it is neither a party nor the person. */
  readonly recipient?: AgencyId;
}

/**
 * Most limits run once in a case. Those of copies run for each copy that is due, and for each note that a recipient has
 * to take; those of corrections for each correction of the other party. In an order that does not depend on the order in
 * which the facts came.
 */
export const instancesOf = (
  { act, from, party }: Limit,
  { copies }: RulePack,
  state: TransferState,
): readonly LimitInstance[] => {
  if (act === 'transfer.copy-sent')
    return copies
      .filter((rule) => !rule.isPrompt && sendingParty(rule.to) === party && isDue(rule, state))
      .map((rule) => ofCopy(rule, state));
  if (act === 'transfer.copy-acknowledged') return notesOfRecipients(party, state).toSorted(byAbout);
  if (act === 'transfer.correction-acknowledged') return notesOfParty(party, state).toSorted(byAbout);
  return [{ from, act } as LimitInstance];
};

const byAbout = (a: LimitInstance, b: LimitInstance): number => ((a.about ?? '') < (b.about ?? '') ? -1 : 1);

const ofCopy = ({ of, to, from }: RulePack['copies'][number], state: TransferState): LimitInstance => {
  const about = aboutCopy({ of, office: to, ...asNth(standingNth(state, of)) });
  return { about, from, act: `transfer.copy-sent#${about}` };
};

/** Of each copy its recipient takes note, and of the correction of what was copied. */
const notesOfRecipients = (sender: Party, state: TransferState): readonly LimitInstance[] =>
  actsOfType(state, 'transfer.copy-sent')
    .filter(({ data }) => sendingParty(data.office) === sender)
    .flatMap((copy): readonly LimitInstance[] => {
      const about = aboutCopy(copy.data);
      const { recipient, of } = copy.data;
      // Whoever was served outside has signed the proof of it.
      if (recipient === undefined) return [];
      const note = { about, recipient, from: keyOf(copy), act: `transfer.copy-acknowledged#${about}` } as const;
      const correction = correctionOf(state, of, nthOf(copy));
      if (correction === undefined) return [note];
      // Whoever was sent the copy after the correction knows of it all the same, and takes note of it.
      const from = correction.occurredAt < copy.occurredAt ? note.from : keyOf(correction);
      const act = `transfer.correction-acknowledged#${about}` as const;
      return [note, { about: `${about}/correction`, recipient, from, act }];
    });

/** The party takes note of each correction by the other one. */
const notesOfParty = (party: Party, state: TransferState): readonly LimitInstance[] =>
  actsOfType(state, 'transfer.fact-corrected')
    .filter((correction) => correctingParty(state, correction) !== party)
    .map((correction) => {
      const about = aboutFact(correction.data.fact, nthOf(correction));
      return { about, from: keyOf(correction), act: `transfer.correction-acknowledged#${about}` };
    });
