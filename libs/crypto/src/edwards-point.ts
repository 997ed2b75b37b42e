/** The field of edwards25519 and the constant d of its equation -x^2 + y^2 = 1 + d x^2 y^2, RFC 8032 section 5.1. */
const p = 2n ** 255n - 19n;
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** One of the two y of the points of order 8; the other is its negative. */
const y8 = 55188659117513257062467267217118295137698188065244968500265048394206261417927n;

/** The y of all eight points whose order divides 8, in this order: 1, 2, 4, 8. */
const smallOrder: ReadonlySet<bigint> = new Set([1n, p - 1n, 0n, y8, p - y8]);

/**
 * What is wrong with 32 bytes as an Ed25519 public key; `undefined` when nothing is.
 * Node reads all of these as keys. With one of small order, signatures exist that fit many messages: the OpenSSL 3.5
 * of Node 24 refuses them when it verifies, the OpenSSL 3.0 of Node 20 and other verifiers of partners do not.
 */
export const pointFault = (encoded: Uint8Array): string | undefined => {
  if (encoded.length !== 32) return 'not 32 bytes';
  const y = yOf(encoded);
  if (y >= p) return 'not the canonical encoding of a point';
  if (smallOrder.has(y)) return 'a point of small order';
  // x^2 = u / v has a root exactly when u * v is a square: Euler's criterion.
  const u = y * y - 1n;
  const v = d * y * y + 1n;
  return power((u * v) % p, (p - 1n) / 2n) === 1n ? undefined : 'not a point of the curve';
};

/** Whether 32 bytes are an encoding, canonical or not, of a point whose order divides 8. */
export const isSmallOrder = (encoded: Uint8Array): boolean => smallOrder.has(yOf(encoded) % p);

/** The y of a point; the highest bit is the sign of its x. */
const yOf = (encoded: Uint8Array): bigint => littleEndian(encoded) & (2n ** 255n - 1n);

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let factor = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % p;
    factor = (factor * factor) % p;
  }
  return result;
};
