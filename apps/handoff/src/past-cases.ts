import { AGENCIES, agencyById, isAtOrAbove } from '@delta-hub/contracts';
import { fold } from '@delta-hub/decider';
import {
  hubRules,
  knownAt,
  transferDecider,
  type TransferEvent,
  transferSummary,
  type TransferSummary,
  trueAt,
  upcast,
  worklistOf,
} from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import type { DutyPlace, DutyRow } from './duty-table.js';
import type { TransferQuery } from './case-table.js';
import type { FactRow, PersonIntake, ReadModels } from './read-models.js';
import { eventIn } from './signed-events.js';
import type { View } from './view.js';

const summaries = transferSummary(() => hubRules);

/** What is known now stands in the read models; what was known or true earlier is folded from the facts. */
export const casesAt = (readModels: ReadModels, view: View | undefined): Cases =>
  view === undefined ? readModels : new PastCases(readModels, view);

/** The cases as this node knew them at an instant, as they were at one, or both: folded anew from the facts. */
class PastCases implements Cases {
  constructor(
    private readonly readModels: ReadModels,
    private readonly view: View,
  ) {}

  transfer(id: string): TransferSummary | undefined {
    if (this.readModels.transfer(id) === undefined) return undefined;
    const known = fold(transferDecider, this.known(id).map(actOf));
    const { validAt } = this.view;
    return summaries.of(id, validAt === undefined ? known : trueAt(known, validAt));
  }

  transfersOfPerson(person: string): readonly TransferSummary[] {
    return this.readModels
      .transfersOfPerson(person)
      .map(({ id }) => ({ id, touched: this.known(id).at(-1)?.position ?? 0 }))
      .sort((a, b) => a.touched - b.touched)
      .flatMap(({ id }) => this.transfer(id) ?? []);
  }

  transfers({ agencies, status, before, limit }: TransferQuery) {
    const rows: { touched: number; summary: TransferSummary }[] = [];
    for (const { id, touched } of this.readModels.past.touched(agencies, this.view.asOf, before)) {
      if (rows.length === limit) break;
      const summary = this.transfer(id);
      if (
        summary?.confidentiality === undefined &&
        summary !== undefined &&
        (status === undefined || summary.status === status)
      )
        rows.push({ touched, summary });
    }
    return rows;
  }

  person(id: string): PersonIntake | undefined {
    const intake = this.readModels.person(id);
    return intake !== undefined && this.factsOfStream(intake.stream).length > 0 ? intake : undefined;
  }

  mergeStreams(person: string): readonly string[] {
    return this.readModels.mergeStreams(person);
  }

  factsOfStream(stream: string): readonly FactRow[] {
    const { validAt } = this.view;
    return this.known(stream).filter(({ occurredAt }) => validAt === undefined || occurredAt <= validAt);
  }

  /** Folds every case of the agency and of those below it: the price of asking for the past. */
  openDuties(agency: string, after: DutyPlace | undefined, limit: number, withSealed = false): readonly DutyRow[] {
    const below = AGENCIES.filter(({ id }) => isAtOrAbove(agency, id)).map(({ id }) => id);
    return [...this.readModels.past.touched(below, this.view.asOf, undefined)]
      .flatMap(({ id }) => this.transfer(id) ?? [])
      .filter(({ confidentiality }) => withSealed || confidentiality === undefined)
      .flatMap(({ id, facts }) => worklistOf(id, facts, hubRules, agencyById))
      .filter(({ chain }) => chain.includes(agency))
      .map(({ chain: _chain, ...row }) => ({ about: '', recipient: null, ...row }))
      .filter((row) => after === undefined || order(row, after) > 0)
      .sort(order)
      .slice(0, limit);
  }

  private known(stream: string): readonly FactRow[] {
    const { asOf } = this.view;
    const rows = this.readModels.factsOfStream(stream);
    return asOf === undefined ? rows : knownAt(rows.map(received), asOf);
  }
}

const received = (row: FactRow) => ({ event: row, receivedAt: row.receivedAt });

const actOf = ({ type, jws }: FactRow) => upcast(type, eventIn(jws).data) as TransferEvent;

/** As the index of the open duties has them. */
const order = (a: DutyPlace, b: DutyPlace): number => {
  const [one, other] = [a, b].map(({ due, transferId, step, about }) => [due, transferId, step, about].join(' ')) as [
    string,
    string,
  ];
  return one < other ? -1 : one > other ? 1 : 0;
};
