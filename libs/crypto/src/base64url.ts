/** Base64url without padding, RFC 4648 section 5 as RFC 7515 section 2 uses it. */
export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

/**
 * The bytes of a text that is the one strict encoding of them: its alphabet only, no padding, no spaces,
 * unused bits zero. `undefined` for every other text, so that no two texts mean the same bytes.
 */
export const decodeBase64url = (text: string): Uint8Array | undefined => {
  const decoded = Buffer.from(text, 'base64url');
  if (decoded.toString('base64url') !== text) return undefined;
  return new Uint8Array(decoded.buffer, decoded.byteOffset, decoded.byteLength);
};
