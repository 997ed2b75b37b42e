import { parseCanonical } from './canonical-json.js';
import { fromBase64url, fromUtf8, isInstant, utf8 } from './encodings.js';
import { isSoundKey } from './ed25519-point.js';
import { type Primitives, verifySignature } from './primitives.js';

/** A signed event is a leaf of the ledger, and a leaf has at most this many bytes (C2SP tlog-tiles). */
const MOST_BYTES = 65_535;
const KID = /^([1-9]\d)\/[1-9]\d{0,5}$/;

/** The attributes of a CloudEvent that are checked; what else is in it is shown as it is. */
export interface Event {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly [attribute: string]: unknown;
}

export interface EventKey {
  readonly kid: string;
  readonly node: string;
  readonly publicKey: Uint8Array;
}

/** The one key of `keys.jwks`: a JWK Set (RFC 7517) in canonical JSON with exactly these members. */
export const parseKeys = (text: string): EventKey | undefined => {
  const set = parseCanonical(text)?.value as { keys?: readonly Readonly<Record<string, unknown>>[] } | null | undefined;
  const { kid, x } = (Array.isArray(set?.keys) ? (set.keys[0] as Record<string, unknown> | null) : undefined) ?? {};
  if (typeof kid !== 'string' || typeof x !== 'string') return undefined;
  const wanted = `{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":${JSON.stringify(kid)},"kty":"OKP","use":"sig","x":"${x}"}]}`;
  const publicKey = fromBase64url(x);
  const node = KID.exec(kid)?.[1];
  if (text !== wanted || node === undefined || publicKey === undefined || !isSoundKey(publicKey)) return undefined;
  return { kid, node, publicKey };
};

/** What fails first; the same order as everywhere in the hub: nothing is parsed before the signature is verified. */
export type EventFault =
  'EVENT_SIZE' | 'EVENT_FORM' | 'EVENT_KEY' | 'EVENT_SIGNATURE' | 'EVENT_CANONICAL' | 'EVENT_SOURCE';

/** A compact JWS in strict form, taken apart; undefined when it is none. */
export const parseJws = (
  jws: Uint8Array,
):
  | { readonly kid: string; readonly payload: string; readonly signed: Uint8Array; readonly signature: Uint8Array }
  | undefined => {
  const parts = Array.from(jws, (byte) => String.fromCharCode(byte))
    .join('')
    .split('.');
  const [header, payloadBytes, signature] = parts.map(fromBase64url);
  if (parts.length !== 3 || header === undefined || payloadBytes === undefined || signature === undefined)
    return undefined;
  const [, kid = ''] = /^\{"alg":"EdDSA","kid":"([^"]*)","typ":"hub-event\+jws"\}$/.exec(fromUtf8(header) ?? '') ?? [];
  const payload = fromUtf8(payloadBytes);
  if (!KID.test(kid) || signature.length !== 64 || payload === undefined) return undefined;
  return { kid, payload, signed: utf8(parts.slice(0, 2).join('.')), signature };
};

/** Opens the event with the key that comes with it; whether that key is to be believed is another question. */
export const openEvent = async (
  primitives: Primitives,
  jws: Uint8Array,
  key: EventKey,
): Promise<Event | EventFault> => {
  if (jws.length > MOST_BYTES) return 'EVENT_SIZE';
  const parts = parseJws(jws);
  if (parts === undefined) return 'EVENT_FORM';
  if (parts.kid !== key.kid) return 'EVENT_KEY';
  if (!(await verifySignature(primitives, key.publicKey, parts.signed, parts.signature))) return 'EVENT_SIGNATURE';
  const event = parseCanonical(parts.payload)?.value;
  if (!isEvent(event)) return 'EVENT_CANONICAL';
  return event.source === `urn:delta-hub:node:${key.node}` ? event : 'EVENT_SOURCE';
};

const isEvent = (value: unknown): value is Event => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const attributes = value as Readonly<Record<string, unknown>>;
  const isText = (name: string): boolean => typeof attributes[name] === 'string' && attributes[name] !== '';
  return (
    attributes['specversion'] === '1.0' &&
    ['id', 'source', 'type', 'subject'].every(isText) &&
    isInstant(attributes['time'])
  );
};
