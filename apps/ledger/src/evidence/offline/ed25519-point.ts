/** edwards25519, RFC 8032 section 5.1: -x^2 + y^2 = 1 + d x^2 y^2 modulo p. */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** One of the two y of the points of order 8. */
const Y8 = 55188659117513257062467267217118295137698188065244968500265048394206261417927n;
const SMALL_ORDER: readonly bigint[] = [1n, P - 1n, 0n, Y8, P - Y8];

/** The y of a point; the highest bit is the sign of its x. */
const yOf = (encoded: Uint8Array): bigint =>
  encoded.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n) & (2n ** 255n - 1n);

/** Whether 32 bytes encode, canonically or not, a point whose order divides 8: verifiers differ about such an R. */
export const isSmallOrder = (encoded: Uint8Array): boolean => SMALL_ORDER.includes(yOf(encoded) % P);

/** Whether 32 bytes are a public key: the canonical encoding of a point of the curve that is not of small order. */
export const isSoundKey = (encoded: Uint8Array): boolean => {
  if (encoded.length !== 32) return false;
  const y = yOf(encoded);
  if (y >= P || isSmallOrder(encoded)) return false;
  // x^2 = u / v has a root exactly when u * v is a square: Euler's criterion.
  const [u, v] = [y * y - 1n, D * y * y + 1n];
  return power((u * v) % P, (P - 1n) / 2n) === 1n;
};

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let [factor, rest] = [base, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
};
