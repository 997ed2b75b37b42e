import type { NodeId } from './agency.js';
import type { Instant } from './instant.js';
import type { SignedMerge, TransferAct } from './transfer.events.js';
import { actsOfType, type TransferState } from './transfer.state.js';

/** What was said of two ids, with what decides whether a node is told of it in a case. */
export interface MergeToTell extends SignedMerge {
  /** The node whose agency said it. */
  readonly author: NodeId;
  /** The nodes that its author sent it to. */
  readonly recipients: readonly NodeId[];
  /** Whether either id is of a sealed record 封存. */
  readonly isSealed: boolean;
}

type Parties = TransferAct<'transfer.applied'>['data'];

/**
 * Whether the receiving agency's node is to be told in the case. What the origin's own node has sent there it can judge; what
 * another has sent there it perhaps cannot, for it need not know who answered then. In the open nothing is said of a sealed record.
 */
const isToTell = (
  { originNode, receivingNode, confidentiality }: Parties,
  { author, recipients, isSealed }: MergeToTell,
): boolean => {
  const isKnown = receivingNode === originNode || (author === originNode && recipients.includes(receivingNode));
  return !isKnown && (!isSealed || confidentiality !== undefined);
};

/** What the origin's node tells together with the application: by which fact the person is of two ids. */
export const mergeTold = (
  { data }: TransferAct<'transfer.applied'>,
  { merge, now }: { readonly merge?: MergeToTell; readonly now: Instant },
): TransferAct<'transfer.merge-told'>[] => {
  if (merge === undefined || !isToTell(data, merge)) return [];
  const actor = { officerId: `node-${data.originNode}`, role: 'system', agencyId: data.origin } as const;
  const { fact, jws } = merge;
  return [{ type: 'transfer.merge-told', occurredAt: now, actor, data: { fact, jws } }];
};

/**
 * What is still to be told in a case of all that was `said` of the two ids, in the order in which it was said: what came
 * after the merge that has been told; where none has been, from the fact `start` on.
 */
export const stillToTell = (
  state: TransferState,
  said: readonly MergeToTell[],
  start: string | undefined,
): readonly MergeToTell[] => {
  const parties = state['transfer.applied']?.data;
  const told = new Set(actsOfType(state, 'transfer.merge-told').map(({ data }) => data.fact));
  const first = said.findIndex(({ fact }) => (told.size > 0 ? told.has(fact) : fact === start));
  if (parties === undefined || first < 0) return [];
  return said.slice(first).filter((each) => !told.has(each.fact) && isToTell(parties, each));
};
