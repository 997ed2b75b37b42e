import type { OnceType, TransferAct } from './transfer.events.js';

/**
 * What is done anew 重作 once a correction has struck it. The rest of a case is not: an application is withdrawn and made
 * again; a withdrawal is marked as wrong and stands; what the nodes write follows from the acts.
 */
const ANEW: readonly OnceType[] = [
  ...(['transfer.opinion-given', 'transfer.consultation-sent', 'transfer.consultation-replied'] as const),
  ...(['transfer.decided', 'transfer.decision-served', 'transfer.file-sent', 'transfer.file-received'] as const),
  ...(['transfer.file-receipted', 'transfer.person-reported', 'transfer.custody-file-placed'] as const),
  ...(['transfer.search-started', 'transfer.police-notified', 'transfer.search-closed'] as const),
  ...(['transfer.sanction-proposed', 'transfer.sanction-decided'] as const),
];

/** What falls with a struck act, by the same hands: the service of a decision, the completion of what it rests on. */
export const FALLS_WITH: Readonly<Partial<Record<OnceType, OnceType>>> = {
  'transfer.decided': 'transfer.decision-served',
  'transfer.file-receipted': 'transfer.completed',
  'transfer.person-reported': 'transfer.completed',
  'transfer.custody-file-placed': 'transfer.completed',
};

/** What a node writes about an act of the other party: it is the n-th as that act is the n-th, and falls with it. */
export const WRITTEN_ABOUT: Readonly<Partial<Record<OnceType, OnceType>>> = {
  'transfer.consultation-received': 'transfer.consultation-sent',
  'transfer.nonreport-notified': 'transfer.decision-served',
};

/** Which act of its type in the case an act is, or is about: the first is 1. */
export const nthOf = ({ data }: { readonly data: object }): number => (data as { readonly nth?: number }).nth ?? 1;

/** As the events have it: nothing for the first. */
export const asNth = (nth: number): { readonly nth?: number } => (nth === 1 ? {} : { nth });

/** One act of a case by its type and which of them it is: `transfer.decided`, and anew `transfer.decided/2`. */
export const aboutFact = (fact: OnceType, nth: number): OnceType | `${OnceType}/${number}` =>
  nth === 1 ? fact : `${fact}/${nth}`;

/** Which copy of a case: of which fact, of which of those where one was struck and done anew, and for whom. */
export type CopyName = Pick<TransferAct<'transfer.copy-sent'>['data'], 'of' | 'office' | 'nth'>;

/** What a copy is about: the copied fact and the office it goes to, e.g. `transfer.decided/2/origin-police`. */
export const aboutCopy = ({ of, office, nth = 1 }: CopyName) => `${aboutFact(of, nth)}/${office}` as const;

/** What a note of a correction is about: the corrected fact; for the recipient of a copy, that copy. */
export const aboutNote = ({ fact, nth = 1, office }: TransferAct<'transfer.correction-acknowledged'>['data']) =>
  office === undefined ? aboutFact(fact, nth) : aboutCopy({ of: fact, office, nth });

/** Whether a correction strikes what it corrects: where only a document was wrong, the right one stands beside it. */
export const isStriking = ({ data: { fact, kind } }: TransferAct<'transfer.fact-corrected'>): boolean =>
  kind !== 'wrong-document' && ANEW.includes(fact);
