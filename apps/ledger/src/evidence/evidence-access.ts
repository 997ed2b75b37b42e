import { isAtOrAbove, readingAgency, wireType } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';
import type { LedgerStore } from '../ledger-store.js';

/** Whether a caller may have the bytes of an event, and why not. */
export type Access = 'granted' | 'role' | 'not-theirs';

interface Content {
  readonly recipients?: string;
  readonly dataclassification?: string;
  readonly type?: string;
  readonly data?: {
    readonly origin?: unknown;
    readonly receiving?: unknown;
    readonly agency?: unknown;
    /** Of a copy 抄送: who it was sent to. */
    readonly recipient?: unknown;
    readonly actor?: { readonly agencyId?: unknown };
  } | null;
}

/**
 * Inspectors may have every event of their node, of sealed records 封存 only those whose duty minors are; an operator none.
 * Officers have no sealed ones from here: they read them where the reading is put on record. An officer may have what their node is a recipient
 * of, in a case to which their agency, or one below it, is a party: `opening` is the event that opened the case.
 * A recipient of copies may have its own copies and its own notes of them, and nothing else of a case.
 */
export const accessTo = (caller: Caller, event: Content, opening: Content): Access => {
  if (caller.role === 'operator') return 'role';
  if (isSealed(event) && (caller.role !== 'inspector' || caller.duty !== 'juvenile')) return 'not-theirs';
  if (caller.role === 'inspector') return 'granted';
  if (caller.role === 'recipient') return isOwnCopy(event, caller) ? 'granted' : 'not-theirs';
  const reader = readingAgency(caller.agencyId);
  const parties = [opening.data?.origin, opening.data?.receiving, opening.data?.agency].filter(
    (party) => typeof party === 'string',
  );
  const isRecipient = (event.recipients ?? '').split(',').includes(caller.node);
  return isRecipient && parties.some((party) => isAtOrAbove(reader, party)) ? 'granted' : 'not-theirs';
};

/** A copy that was sent to the caller, or what the caller has said of it. */
const isOwnCopy = ({ type, data }: Content, { agencyId }: Caller): boolean =>
  type === wireType('transfer.copy-sent') ? data?.recipient === agencyId : data?.actor?.agencyId === agencyId;

/** 封存: whether an event is of the sealed record of a minor. */
export const isSealed = ({ dataclassification }: Content): boolean => dataclassification === 'MINOR_SEALED';

/** Whether a caller may have a leaf that is known to be an event: its case is the one that its stream began with. */
export const accessToLeaf = (
  caller: Caller,
  leaf: Uint8Array,
  store: Pick<LedgerStore, 'positionsIn' | 'entries'>,
): Access => {
  const event = contentOf(leaf);
  const opening = openingOf(String((event as { readonly subject?: unknown }).subject), store);
  return accessTo(caller, event, opening === undefined ? event : contentOf(opening));
};

/** The first leaf of a stream; undefined when there is none. */
export const openingOf = (
  stream: string,
  store: Pick<LedgerStore, 'positionsIn' | 'entries'>,
): Uint8Array | undefined => {
  const [first] = store.positionsIn([stream]).get(stream) ?? [];
  return first === undefined ? undefined : store.entries(first, first + 1)[0]?.leaf;
};

/** What a leaf says that is known to be an event: nothing is verified. */
export const contentOf = (leaf: Uint8Array): Content => {
  const [, payload = ''] = Buffer.from(leaf).toString('latin1').split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Content;
};
