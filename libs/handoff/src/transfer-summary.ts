import type { CorrectionCategory } from './act.js';
import type { AgencyId, NodeId } from './agency.js';
import { type Due, dueInstants } from './deadlines.js';
import { HandoffFault } from './faults.js';
import type { PlainDate } from './instant.js';
import type { Rules } from './rule-book.js';
import { transferDecider } from './transfer.js';
import type { TransferState } from './transfer.state.js';
import type { Seal } from './terms.js';
import type { TransferEvent, TransferReason } from './transfer.events.js';
import {
  fileStatusOf,
  type FileStatus,
  isOpen,
  personStatusOf,
  type PersonStatus,
  statusOf,
  type TransferStatus,
} from './transfer.status.js';

/** One transfer as lists and the detail page show it: the read model. Plain JSON. */
export interface TransferSummary extends Seal {
  /** The case: its stream name. */
  readonly id: string;
  readonly personId: string;
  readonly category: CorrectionCategory;
  readonly correctionEnd: PlainDate;
  readonly origin: AgencyId;
  readonly receiving: AgencyId;
  readonly originNode: NodeId;
  readonly receivingNode: NodeId;
  readonly reason: TransferReason;
  readonly status: TransferStatus;
  readonly fileStatus: FileStatus;
  readonly personStatus: PersonStatus;
  readonly isOpen: boolean;
  /** The limits that have begun to run, in the order of the procedure. */
  readonly dues: readonly Due[];
  /** The facts the rest is derived from. */
  readonly facts: TransferState;
}

/** The read model under the rules that `rules` gives; rebuild it when they change. */
export const transferSummary = (rules: () => Rules) => {
  /** The summary of a folded case; undefined before its application. */
  const of = (id: string, facts: TransferState): TransferSummary | undefined => {
    const applied = facts['transfer.applied'];
    const status = statusOf(facts);
    if (applied === undefined || status === undefined) return undefined;
    const { documents: _documents, answerableSince: _since, ...parties } = applied.data;
    return {
      id,
      ...parties,
      status,
      fileStatus: fileStatusOf(facts),
      personStatus: personStatusOf(facts),
      isOpen: isOpen(facts),
      dues: dueInstants(facts, rules()),
      facts,
    };
  };

  /** Throws CASE_WITHOUT_APPLICATION: causation puts the application first in every stored case. */
  const evolve = (summary: TransferSummary | undefined, id: string, event: TransferEvent): TransferSummary => {
    const next = of(id, transferDecider.evolve(summary?.facts ?? transferDecider.initialState, event));
    if (next === undefined)
      throw new HandoffFault('CASE_WITHOUT_APPLICATION', `${id}: ${event.type} before transfer.applied`);
    return next;
  };

  return { initial: undefined as TransferSummary | undefined, of, evolve };
};
