import { aboutCopy } from '@delta-hub/handoff';
import { copiesHere, type CopyParent, isNoted } from './copy-answers.js';
import { casesAt } from './past-cases.js';
import type { ReadModels } from './read-models.js';
import type { View } from './view.js';

interface InboxQuery {
  readonly recipient: string;
  /** Only what the recipient has still to take note of. */
  readonly isOpen: boolean;
  /** Copies of sealed cases as well. */
  readonly withSealed: boolean;
  readonly before: number | undefined;
  readonly limit: number;
}

interface InboxEntry {
  readonly cursor: number;
  readonly node: CopyParent;
}

/** The copies of a recipient, newest first. Asked for the past, every copy is read and its case folded anew. */
export const readInbox = (readModels: ReadModels, view: View | undefined, query: InboxQuery): readonly InboxEntry[] => {
  const { recipient, isOpen, limit } = query;
  const cases = casesAt(readModels, view);
  const entries: InboxEntry[] = [];
  for (let before = query.before; ;) {
    const rows = readModels.copies.of(recipient, isOpen && view === undefined, before, limit);
    for (const { number, transferId, about } of rows) {
      const parent = copiesHere(cases, transferId, view).find(({ copy }) => aboutOf(copy) === about);
      if (parent === undefined || (parent.isSealed && !query.withSealed)) continue;
      if (!(isOpen && isNoted(parent.copy))) entries.push({ cursor: number, node: parent });
    }
    if (rows.length < limit || entries.length >= limit) return entries.slice(0, limit);
    before = rows.at(-1)?.number;
  }
};

const aboutOf = ({ sent: { data } }: CopyParent['copy']): string => aboutCopy(data);
