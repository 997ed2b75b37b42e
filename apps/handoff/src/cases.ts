import type { TransferSummary } from '@delta-hub/handoff';
import type { DutyPlace, DutyRow } from './duty-table.js';
import { PastCases } from './past-cases.js';
import type { FactRow, PersonIntake, ReadModels } from './read-models.js';
import type { View } from './view.js';

/** Which transfers a list has: those of the given agencies (undefined: of the whole node), below the cursor. */
export interface TransferQuery {
  readonly agencies: readonly string[] | undefined;
  readonly status: string | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** The cases of a node as its queries read them: now, or as of an instant. */
export interface Cases {
  transfer(id: string): TransferSummary | undefined;
  transfersOfPerson(person: string): readonly TransferSummary[];
  /** Newest fact first. */
  transfers(query: TransferQuery): readonly { readonly touched: number; readonly summary: TransferSummary }[];
  person(id: string): PersonIntake | undefined;
  factsOfStream(stream: string): readonly FactRow[];
  /** The open duties of an agency and of all below it, the most urgent first, after a place. */
  openDuties(agency: string, after: DutyPlace | undefined, limit: number): readonly DutyRow[];
}

/** What is known now stands in the read models; what was known or true earlier is folded from the facts. */
export const casesAt = (readModels: ReadModels, view: View | undefined): Cases =>
  view === undefined ? readModels : new PastCases(readModels, view);
