/** How stored bytes differ from the expected ones, for people. A redaction (KurrentDB) leaves as many bytes, all 0xff. */
export const differenceOf = (expected: Uint8Array, found: Uint8Array): string => {
  if (found.length > 0 && found.every((byte) => byte === 0xff)) return 'redacted: nothing but bytes 0xff';
  const at = expected.findIndex((byte, index) => byte !== found[index]);
  return at < 0 ? `${found.length} bytes instead of ${expected.length}` : `another byte ${at}`;
};
