import type { PersonEvent } from './person.js';
import { evolveTransfer, NOTHING_DONE, type TransferState } from './transfer.state.js';
import type { TransferEvent } from './transfer.events.js';

/** One fact about a person: of their own stream, or of the transfer `caseId`. */
export interface PersonFact {
  /** The stream the fact is in: `person-...` or `transfer-...`. */
  readonly caseId: string;
  readonly event: PersonEvent | TransferEvent;
}

/** What a node knows of one person, whatever the order in which it learnt it. */
export interface PersonHistory {
  readonly intakes: Readonly<Record<string, PersonEvent>>;
  readonly transfers: Readonly<Record<string, TransferState>>;
}

/** The fold of a person's facts. Facts may come in any order and more than once. */
export const personHistory = {
  initialState: { intakes: {}, transfers: {} } as PersonHistory,

  evolve: ({ intakes, transfers }: PersonHistory, { caseId, event }: PersonFact): PersonHistory =>
    event.type === 'person.intake-registered'
      ? { intakes: { ...intakes, [caseId]: intakes[caseId] ?? event }, transfers }
      : {
          intakes,
          transfers: {
            ...transfers,
            [caseId]: evolveTransfer(transfers[caseId] ?? NOTHING_DONE, event),
          },
        },
};
