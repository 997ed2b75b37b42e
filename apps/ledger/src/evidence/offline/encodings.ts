/** Texts and bytes of a bundle, each in its one strict form. Needs neither Node nor a browser. */

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The text, or undefined when the bytes are not UTF-8. A byte order mark stays a character. */
export const fromUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Fatal decoding has one error: these bytes are not UTF-8.
    return undefined;
  }
};

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  let at = a.length === b.length ? 0 : a.length + 1;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at === a.length;
};

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const STANDARD = `${DIGITS}+/`;
const URL_SAFE = `${DIGITS}-_`;

const encode = (bytes: Uint8Array, alphabet: string, padding: string): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const group = a * 65_536 + (b ?? 0) * 256 + (c ?? 0);
    const digit = (shift: number): string => alphabet.charAt((group >> shift) & 63);
    text += digit(18) + digit(12) + (b === undefined ? padding : digit(6)) + (c === undefined ? padding : digit(0));
  }
  return text;
};

/** Decodes and encodes again: undefined unless the text is the one encoding of its bytes. */
const decode = (text: string, alphabet: string, padding: string): Uint8Array | undefined => {
  const digits = padding === '' ? text : text.replace(/={0,2}$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [pending, bits, at] = [0, 0, 0];
  for (const character of digits) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    pending = ((pending << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) bytes[at++] = (pending >> (bits -= 8)) & 0xff;
  }
  return encode(bytes, alphabet, padding) === text ? bytes : undefined;
};

/** RFC 4648 section 4. */
export const toBase64 = (bytes: Uint8Array): string => encode(bytes, STANDARD, '=');
export const fromBase64 = (text: string): Uint8Array | undefined => decode(text, STANDARD, '=');

/** RFC 4648 section 5 without padding. */
export const toBase64url = (bytes: Uint8Array): string => encode(bytes, URL_SAFE, '');
export const fromBase64url = (text: string): Uint8Array | undefined => decode(text, URL_SAFE, '');

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Whether a text is a real instant in UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export const isInstant = (text: unknown): text is string => {
  if (typeof text !== 'string' || !shape.test(text)) return false;
  const milliseconds = Date.parse(text);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString() === text;
};
