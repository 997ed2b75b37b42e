import { type HandoffGraphql, recipientById } from '@delta-hub/contracts';
import { type CommandContext, isCorrectable, type OfficeRole, type TransferCommand } from '@delta-hub/handoff';
import { recipientOf } from './copy-recipients.js';
import type { HubRejection, Request } from './requests.js';

type CopyRequest = Extract<Request, { type: 'SendCopy' | 'AcknowledgeCopy' | 'AcknowledgeCopyCorrection' }>;

/** GraphQL names cannot hold a hyphen; the fact's can. */
export const officeOf = (office: HandoffGraphql.Office): OfficeRole => office.replaceAll('_', '-') as OfficeRole;

const docOf = ({ kind, digest, size }: HandoffGraphql.DocumentInput) => ({ kind, digest, size });

/** A request about a copy as a command of the core. */
export const toCopyCommand = (request: CopyRequest, context: CommandContext): TransferCommand | HubRejection => {
  const { of } = request.input;
  const office = officeOf(request.input.office);
  if (!isCorrectable(of)) return { code: 'FACT_UNKNOWN' };
  switch (request.type) {
    case 'SendCopy': {
      const { recipient, servedOutside } = request.input;
      if (recipient != null && servedOutside != null) return { code: 'FIELD_INVALID', field: 'recipient' };
      if (recipient != null && recipientById(recipient) === undefined) return { code: 'RECIPIENT_UNKNOWN' };
      return {
        ...{ ...context, type: request.type, of, office },
        recipientOf: (party) => recipientOf(office, party, recipient ?? undefined),
        ...(servedOutside == null
          ? {}
          : { outside: { authority: servedOutside.authority.trim(), proofs: servedOutside.documents.map(docOf) } }),
      };
    }
    case 'AcknowledgeCopy':
      return { ...context, type: request.type, of, office };
    case 'AcknowledgeCopyCorrection':
      return { ...context, type: 'AcknowledgeCorrection', fact: of, office };
  }
};
