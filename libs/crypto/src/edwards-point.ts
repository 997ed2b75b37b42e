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

/** The first four bytes, little-endian, of the canonical encodings of those points. */
export const smallOrderBeginnings: ReadonlySet<number> = new Set([...smallOrder].map((y) => Number(y & 0xffff_ffffn)));

/** 2 d, as the addition of points needs it. */
export const twoD = (2n * d) % p;

/** A point of the curve in affine coordinates. */
export interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}

/** B, the generator, RFC 8032 section 5.1: y is 4 / 5 and x is even. */
export const basePoint = (): Affine => withX((4n * power(5n, p - 2n)) % p, 0n);

/** The point that 32 bytes without a `pointFault` encode, RFC 8032 section 5.1.3. */
export const decodePoint = (encoded: Uint8Array): Affine => withX(yOf(encoded), BigInt(encoded[31]! >> 7));

export const negative = ({ x, y }: Affine): Affine => ({ x: (p - x) % p, y });

/** A number of the field in 32 bytes, little-endian. */
export const littleEndianBytes = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));

const withX = (y: bigint, sign: bigint): Affine => {
  const u = y * y - 1n + p;
  const v = (d * y * y + 1n) % p;
  const candidate = (u * power(v, 3n) * power(u * power(v, 7n), (p - 5n) / 8n)) % p;
  const root = (v * candidate * candidate - u) % p === 0n ? candidate : (candidate * power(2n, (p - 1n) / 4n)) % p;
  return { x: (root & 1n) === sign ? root : p - root, y };
};

/** The y of a point; the highest bit is the sign of its x. */
const yOf = (encoded: Uint8Array): bigint => littleEndian(encoded) & (2n ** 255n - 1n);

const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let factor = base % p, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % p;
    factor = (factor * factor) % p;
  }
  return result;
};
