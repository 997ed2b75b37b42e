/** Base64 (RFC 4648 section 4, strict) and UTF-8 without the platform's own, which the core may not use. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Four digits of 24 bits. */
const digits = (group: number): string =>
  ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]! + ALPHABET[(group >> 6) & 63]! + ALPHABET[group & 63]!;

export const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  const whole = bytes.length - (bytes.length % 3);
  for (let at = 0; at < whole; at += 3) text += digits((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!);
  if (whole === bytes.length) return text;
  const left = bytes.length - whole;
  const last = digits((bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8));
  return `${text}${last.slice(0, left + 1)}${'='.repeat(3 - left)}`;
};

/** The bytes, or undefined when the text is not exactly what `toBase64` makes of some bytes. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  const unpadded = text.replace(/={0,2}$/, '');
  const bytes = new Uint8Array(Math.floor((unpadded.length * 3) / 4));
  let [pending, bits, at] = [0, 0, 0];
  for (const character of unpadded) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    pending = ((pending << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) bytes[at++] = (pending >> (bits -= 8)) & 0xff;
  }
  return toBase64(bytes) === text ? bytes : undefined;
};

/** @throws RangeError for a lone surrogate, which has no UTF-8 form */
export const utf8 = (text: string): Uint8Array => {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) throw new RangeError('a lone surrogate has no UTF-8 form');
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return Uint8Array.from(bytes);
};

const tail = (bits: number): number => 0x80 | (bits & 0x3f);
