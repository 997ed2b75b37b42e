import type { TransferSummary } from '@delta-hub/handoff';
import type { DutyPlace, DutyRow } from './duty-table.js';
import type { TransferQuery } from './case-table.js';
import type { FactRow, PersonIntake } from './read-models.js';

/** The cases of a node as its queries read them: now, which is `ReadModels`, or as of an instant: see `casesAt`. */
export interface Cases {
  transfer(id: string): TransferSummary | undefined;
  transfersOfPerson(person: string): readonly TransferSummary[];
  /** Newest fact first; no sealed ones. */
  transfers(query: TransferQuery): readonly { readonly touched: number; readonly summary: TransferSummary }[];
  person(id: string): PersonIntake | undefined;
  /** The streams in which the person's id was merged with another one, ever. */
  mergeStreams(person: string): readonly string[];
  factsOfStream(stream: string): readonly FactRow[];
  /** The open duties of an agency and of all below it, the most urgent first, after a place; sealed cases only where asked for. */
  openDuties(agency: string, after: DutyPlace | undefined, limit: number, withSealed?: boolean): readonly DutyRow[];
}
