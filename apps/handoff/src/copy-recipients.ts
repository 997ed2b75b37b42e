import { type Recipient, recipientById, type RecipientKind } from '@delta-hub/contracts';
import { type OfficeRole, sendingParty, type TransferAct, type TransferState } from '@delta-hub/handoff';

/** What stands beside the agency of a party in the directory. */
const BESIDE: Partial<Record<OfficeRole, string>> = {
  'origin-procuratorate': 'proc',
  'origin-police': 'police',
  'receiving-procuratorate': 'proc',
  'receiving-police': 'police',
};

/** What the case alone can say; the sender names it, and it is one of these. */
const NAMED: Partial<Record<OfficeRole, readonly RecipientKind[]>> = {
  'deciding-authority': ['court', 'custody', 'police'],
  'custody-place': ['custody'],
};

/** Who an office is beside the agency `party`; undefined when the directory has none, or another than is named. */
export const recipientOf = (office: OfficeRole, party: string, named?: string): Recipient | undefined => {
  const prefix = BESIDE[office];
  const id = prefix === undefined ? named : `${prefix}-${party.slice(party.indexOf('-') + 1)}`;
  const recipient = id === undefined ? undefined : recipientById(id);
  if (recipient === undefined || (named !== undefined && named !== id)) return undefined;
  return prefix !== undefined || NAMED[office]?.includes(recipient.kind) === true ? recipient : undefined;
};

/**
 * What the directory has against a partner's copy: only it can tell who an office is. At a node that is no party of the
 * case the sender itself stands for its party.
 */
export const copyFault = (
  state: TransferState,
  { data, actor }: TransferAct<'transfer.copy-sent'>,
  node: string,
): string | undefined => {
  const parties = state['transfer.applied']?.data;
  if (data.recipient === undefined) return parties === undefined ? 'RECIPIENT_UNKNOWN' : undefined;
  const party = parties?.[sendingParty(data.office)] ?? actor.agencyId;
  const recipient = recipientOf(data.office, party, data.recipient);
  const isRight = recipient?.id === data.recipient && (parties !== undefined || recipient.node === node);
  return isRight ? undefined : 'RECIPIENT_UNKNOWN';
};
