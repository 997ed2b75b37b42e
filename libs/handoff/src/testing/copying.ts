import type { CommandContext } from '../act.js';
import type { AgencyRecord } from '../agency.js';
import { by, qingpu, wujiang } from './cast.js';

const recipient = (id: string, node: string): AgencyRecord => ({
  ...{ id, level: 'recipient', node, parentId: null, delegations: [] },
});

/** Those that are sent copies of a transfer from 吴江 to 青浦. */
export const recipients = {
  'deciding-authority': recipient('court-320509', '32'),
  'origin-procuratorate': recipient('proc-320509', '32'),
  'origin-police': recipient('police-320509', '32'),
  'receiving-procuratorate': recipient('proc-310118', '31'),
  'receiving-police': recipient('police-310118', '31'),
} as const;

export type CopiedOffice = keyof typeof recipients;
export const offices = Object.keys(recipients) as CopiedOffice[];

const isReceivings = (office: CopiedOffice): boolean => office.startsWith('receiving');
/** The decision is copied, and by the receiving agency the file. */
const copiedFor = (office: CopiedOffice) =>
  isReceivings(office) ? ('transfer.file-sent' as const) : ('transfer.decided' as const);

const senderOf = (office: CopiedOffice): AgencyRecord => (isReceivings(office) ? qingpu : wujiang);

export const sendCopy = (office: CopiedOffice, context: CommandContext = by(senderOf(office), '2025-03-24 10:00')) =>
  ({
    ...{ ...context, of: copiedFor(office), office },
    type: 'SendCopy',
    recipientOf: (party: string): AgencyRecord | undefined =>
      party === senderOf(office).id ? recipients[office] : undefined,
  }) as const;

export const noteCopy = (
  office: CopiedOffice,
  context: CommandContext = by(recipients[office], '2025-03-25 10:00', 'recipient'),
) => ({ ...context, type: 'AcknowledgeCopy', of: copiedFor(office), office }) as const;

/** The recipient takes note that what was copied to it has been corrected. */
export const noteCorrection = (office: CopiedOffice, context: CommandContext) =>
  ({ ...context, type: 'AcknowledgeCorrection', fact: copiedFor(office), office }) as const;
