import { decodeBase64url, encodeBase64url } from './base64url.js';
import { CryptoError } from './errors.js';

/** A compact JWS, RFC 7515 section 7.1: `header.payload.signature`. */
export type Jws = string;

/** What a registered header says: how many bytes the signature has, and whatever else the reader of headers knows. */
interface Registered {
  readonly signatureBytes: number;
}

export interface StrictJws<H extends Registered> {
  readonly header: H;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature is over: `header.payload`, ASCII. */
  readonly signingInput: Uint8Array;
}

/**
 * The parts of a compact JWS in strict form: exactly two dots, each part the one base64url text of its bytes,
 * a registered header, a signature of the length that belongs to it. Otherwise what is wrong, in a few words.
 *
 * `registered` looks a header's text up by comparing strings: a header is never parsed, so nothing in it can
 * steer how the message is checked. `bytes` are those of the text, where the caller has them: what is signed is then a
 * part of them and no copy.
 */
export const parseCompact = <H extends Registered>(
  jws: Jws,
  registered: (header: string) => H | undefined,
  bytes?: Uint8Array,
): StrictJws<H> | string => {
  const afterHeader = jws.indexOf('.');
  const afterPayload = jws.indexOf('.', afterHeader + 1);
  if (afterHeader < 0 || afterPayload < 0 || jws.includes('.', afterPayload + 1))
    return 'not three parts with two dots between them';

  const headerBytes = decodeBase64url(jws.slice(0, afterHeader));
  const payload = decodeBase64url(jws.slice(afterHeader + 1, afterPayload));
  const signature = decodeBase64url(jws.slice(afterPayload + 1));
  if (headerBytes === undefined) return 'the header is not strict base64url';
  if (payload === undefined) return 'the payload is not strict base64url';
  if (signature === undefined) return 'the signature is not strict base64url';

  const header = registered(latin1(headerBytes));
  if (header === undefined) return 'the header is not a registered one';
  if (signature.length !== header.signatureBytes) return `the signature has not ${header.signatureBytes} bytes`;
  const signingInput = bytes?.subarray(0, afterPayload) ?? Buffer.from(jws.slice(0, afterPayload), 'latin1');
  return { header, payload, signature, signingInput };
};

/** One character per byte, so that texts compare exactly as their bytes do. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/**
 * Takes the payload out of a compact JWS and leaves `header..signature`, RFC 7515 appendix F.
 * Nothing is verified; `fromDetached` gives back the same text.
 *
 * @throws CryptoError `JWS_INVALID` when the parts are not strict base64url, since then the way back would be lost
 */
export const toDetached = (jws: Jws): { readonly payload: Uint8Array; readonly detached: string } => {
  const [header = '', payloadText = '', signature, ...more] = jws.split('.', 4);
  const payload = decodeBase64url(payloadText);
  const isStrict = [header, signature].every((part) => part && decodeBase64url(part)) && more.length === 0;
  if (!isStrict || payload === undefined) throw new CryptoError('JWS_INVALID', 'not a compact JWS in strict form');
  return { payload, detached: `${header}..${signature}` };
};

/**
 * Puts a payload back into `header..signature`: the exact inverse of `toDetached`. Nothing is verified.
 *
 * @throws CryptoError `JWS_INVALID` when there is not exactly one place for the payload. For a record from a peer use
 *   `openDetached`, which refuses instead of throwing.
 */
export const fromDetached = (payload: Uint8Array, detached: string): Jws => {
  const jws = attach(payload, detached);
  if (jws === undefined) throw new CryptoError('JWS_INVALID', 'not a detached JWS: header..signature');
  return jws;
};

/** As `fromDetached`; `undefined` where that throws. */
export const attach = (payload: Uint8Array, detached: string): Jws | undefined => {
  const [header, between, signature, ...more] = detached.split('.', 4);
  if (!header || between !== '' || !signature || more.length > 0) return undefined;
  return `${header}.${encodeBase64url(payload)}.${signature}`;
};
