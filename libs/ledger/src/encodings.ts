/** Base64 (RFC 4648 section 4, strict) and UTF-8 without the platform's own, which the core may not use. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const group = a * 65_536 + (b ?? 0) * 256 + (c ?? 0);
    const digit = (shift: number): string => ALPHABET[(group >> shift) & 63] ?? '';
    text += digit(18) + digit(12) + (b === undefined ? '=' : digit(6)) + (c === undefined ? '=' : digit(0));
  }
  return text;
};

/** The bytes, or undefined when the text is not exactly what `toBase64` makes of some bytes. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  const digits = text.replace(/={0,2}$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let [pending, bits, at] = [0, 0, 0];
  for (const character of digits) {
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
