import { type DocumentRef, type Instant, isPlainDate, parseInstant } from '@delta-hub/handoff';
import type { HubRejection, Request } from './requests.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DIGEST = /^sha-256:[A-Za-z0-9_-]{43}$/;
const PERSON_ID = /^[A-Za-z0-9][A-Za-z0-9-]{2,63}$/;
const TRANSFER_ID = /^transfer-[0-9a-f-]{36}$/;
/** 2 to 100 characters, none of them a control character. */
const AUTHORITY = /^[^\p{Cc}]{2,100}$/u;
const DIVISION_CODE = /^\d{6}$/;
const MAX_DOCUMENT_BYTES = 20 * 1024 * 1024;
const MAX_DOCUMENTS = 50;
/** From the age of criminal responsibility 刑事责任年龄 (刑法 17) on; no sentence of a term is longer. */
const OFFENCE = { ageAtOffence: [12, 120], sentenceMonths: [0, 1200] } as const;

/** A request whose fields have the right shape, with its instants in the hub's form. */
export interface CheckedInput {
  readonly occurredAt: Instant;
  readonly documents: readonly DocumentRef[];
}

const invalid = (field: string): HubRejection => ({ code: 'FIELD_INVALID', field });

/** What is wrong with the shape of a request, field by field, or its normalised common part. `now` stands in for an absent `occurredAt`. */
export const checkInput = (request: Request, idempotencyKey: string, now: Instant): CheckedInput | HubRejection => {
  if (!UUID.test(idempotencyKey)) return { code: 'IDEMPOTENCY_KEY_INVALID', field: 'idempotencyKey' };
  const { input } = request;
  const occurredAt = input.occurredAt == null ? now : parseInstant(input.occurredAt);
  if (occurredAt === undefined) return invalid('occurredAt');
  if ('personId' in input && !PERSON_ID.test(input.personId)) return invalid('personId');
  if ('duplicateId' in input && !PERSON_ID.test(input.duplicateId)) return invalid('duplicateId');
  if ('transferId' in input && !TRANSFER_ID.test(input.transferId)) return { code: 'TRANSFER_UNKNOWN' };
  if ('receivingDivision' in input && !DIVISION_CODE.test(input.receivingDivision))
    return { code: 'DIVISION_UNKNOWN', field: 'receivingDivision' };
  for (const field of ['correctionStart', 'correctionEnd'] as const)
    if (field in input && !isPlainDate((input as Record<typeof field, string>)[field])) return invalid(field);
  for (const [field, [least, most]] of Object.entries(OFFENCE)) {
    const value = (input as Readonly<Record<string, unknown>>)[field];
    if (typeof value === 'number' && (value < least || value > most)) return invalid(field);
  }
  const outside = 'servedOutside' in input ? input.servedOutside : undefined;
  if (outside != null && !AUTHORITY.test(outside.authority.trim())) return invalid('servedOutside.authority');
  const documents = 'documents' in input ? (input.documents ?? []) : [];
  const fault = documentFault(documents) ?? documentFault(outside?.documents ?? [], 'servedOutside.documents');
  return fault ?? { occurredAt, documents: documents.map(({ kind, digest, size }) => ({ kind, digest, size })) };
};

const documentFault = (documents: readonly DocumentRef[], place = 'documents'): HubRejection | undefined => {
  if (documents.length > MAX_DOCUMENTS) return invalid(place);
  for (const [index, { digest, size }] of documents.entries()) {
    if (!DIGEST.test(digest)) return { code: 'DOCUMENT_DIGEST_INVALID', field: `${place}.${index}.digest` };
    if (size < 0) return invalid(`${place}.${index}.size`);
    if (size > MAX_DOCUMENT_BYTES) return { code: 'DOCUMENT_TOO_LARGE', field: `${place}.${index}.size` };
  }
  return undefined;
};
