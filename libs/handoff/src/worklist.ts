import type { AgencyId, Directory } from './agency.js';
import { duties, type Due } from './deadlines.js';
import type { Rules } from './rule-book.js';
import type { TransferState } from './transfer.state.js';

/** One open duty of one agency, for a read model that sorts and pages by `due`. Plain JSON. */
export interface WorklistRow extends Pick<
  Due,
  'step' | 'about' | 'recipient' | 'agency' | 'owedBy' | 'due' | 'ruleId'
> {
  readonly transferId: string;
  /** The agency and all above it, lowest first: a city or a province asks by its own id. */
  readonly chain: readonly AgencyId[];
}

/** The open duties of a case. They change with its facts only: how much time is left is for the reader's clock. */
export const worklistOf = (
  transferId: string,
  state: TransferState,
  rules: Rules,
  directory: Directory,
): readonly WorklistRow[] =>
  duties(state, rules)
    .filter(({ at, lapsedAt }) => at === undefined && lapsedAt === undefined)
    .map(({ step, about, recipient, agency, owedBy, due, ruleId }) => ({
      ...{ transferId, step, agency, owedBy, due, ruleId, chain: chainOf(agency, directory) },
      ...(about === undefined ? {} : { about }),
      ...(recipient === undefined ? {} : { recipient }),
    }));

/** An agency and all above it, lowest first. */
export const chainOf = (id: AgencyId, directory: Directory): readonly AgencyId[] => {
  const parent = directory(id)?.parentId ?? undefined;
  return parent === undefined ? [id] : [id, ...chainOf(parent, directory)];
};
