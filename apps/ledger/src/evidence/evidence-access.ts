import { agencyById, isAtOrAbove } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';

/** Whether a caller may have the bytes of an event, and why not. */
export type Access = 'granted' | 'role' | 'not-theirs';

interface Content {
  readonly recipients?: string;
  readonly data?: { readonly origin?: unknown; readonly receiving?: unknown; readonly agency?: unknown } | null;
}

/**
 * Inspectors may have every event of their node; an operator none. An officer may have what their node is a recipient
 * of, in a case to which their agency, or one below it, is a party: `opening` is the event that opened the case.
 */
export const accessTo = (caller: Caller, event: Content, opening: Content): Access => {
  if (caller.role === 'inspector') return 'granted';
  if (caller.role === 'operator') return 'role';
  const agency = agencyById(caller.agencyId);
  const reader = agency?.level === 'office' ? (agency.parentId ?? caller.agencyId) : caller.agencyId;
  const parties = [opening.data?.origin, opening.data?.receiving, opening.data?.agency].filter(
    (party) => typeof party === 'string',
  );
  const isRecipient = (event.recipients ?? '').split(',').includes(caller.node);
  return isRecipient && parties.some((party) => isAtOrAbove(reader, party)) ? 'granted' : 'not-theirs';
};

/** What a leaf says that is known to be an event: nothing is verified. */
export const contentOf = (leaf: Uint8Array): Content => {
  const [, payload = ''] = Buffer.from(leaf).toString('latin1').split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Content;
};
