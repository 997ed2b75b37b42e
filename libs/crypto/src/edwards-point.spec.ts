import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { pointFault } from './edwards-point.js';
import { generateKeyPair } from './keys.js';

const p = 2n ** 255n - 19n;
const mod = (n: bigint): bigint => ((n % p) + p) % p;
const power = (base: bigint, exponent: bigint): bigint => {
  if (exponent === 0n) return 1n;
  const half = power(mod(base * base), exponent / 2n);
  return exponent % 2n === 0n ? half : mod(half * base);
};
const inverse = (n: bigint): bigint => power(mod(n), p - 2n);
const d = mod(-121665n * inverse(121666n));
const rootOfMinusOne = power(2n, (p - 1n) / 4n);

type Point = readonly [x: bigint, y: bigint];

/** RFC 8032 section 5.1.4, affine. */
const add = ([x1, y1]: Point, [x2, y2]: Point): Point => {
  const t = mod(d * x1 * x2 * y1 * y2);
  return [mod((x1 * y2 + x2 * y1) * inverse(1n + t)), mod((y1 * y2 + x1 * x2) * inverse(1n - t))];
};
const double = (point: Point): Point => add(point, point);

const bytesOf = (y: bigint, sign = 0): Uint8Array => {
  const hex = (y | (BigInt(sign) << 255n)).toString(16).padStart(64, '0');
  return new Uint8Array(Buffer.from(hex, 'hex').reverse());
};

/** The x of a point with this y, RFC 8032 section 5.1.3. */
const xOf = (y: bigint): bigint => {
  const square = mod((y * y - 1n) * inverse(d * y * y + 1n));
  const root = power(square, (p + 3n) / 8n);
  return mod(root * root) === square ? root : mod(root * rootOfMinusOne);
};

describe('points of small order', () => {
  // Found anew: doubling a point of order 8 gives one of order 4, whose y is 0; so x^2 = -y^2 in the equation.
  const y8 = [0, 1].map((which) => {
    const root = power(1n + d, (p + 3n) / 8n);
    const rootOf1PlusD = mod(root * root) === mod(1n + d) ? root : mod(root * rootOfMinusOne);
    const squared = [rootOf1PlusD, p - rootOf1PlusD]
      .map((r) => mod((r - 1n) * inverse(d)))
      .find((candidate) => power(candidate, (p - 1n) / 2n) === 1n)!;
    const first = power(squared, (p + 3n) / 8n);
    const y = mod(first * first) === squared ? first : mod(first * rootOfMinusOne);
    return which === 0 ? y : p - y;
  });

  it.each([1n, p - 1n, 0n, ...y8])('y = %s: eight times the point is nothing, and the key is refused', (y) => {
    expect(double(double(double([xOf(y), y])))).toEqual([0n, 1n]);
    expect(pointFault(bytesOf(y))).toBe('a point of small order');
    expect(pointFault(bytesOf(y, 1))).toBe('a point of small order');
  });

  it('are keys to Node when it reads them, so the check has to be ours', () => {
    const x = Buffer.from(bytesOf(1n)).toString('base64url');
    expect(createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }).asymmetricKeyType).toBe(
      'ed25519',
    );
  });
});

describe('other bytes', () => {
  it.each([
    ['31 bytes', new Uint8Array(31), 'not 32 bytes'],
    ['33 bytes', new Uint8Array(33), 'not 32 bytes'],
    ['y = p, another encoding of 0', bytesOf(p), 'not the canonical encoding of a point'],
    ['y = p + 1, another encoding of 1', bytesOf(p + 1n), 'not the canonical encoding of a point'],
    ['32 bytes of 255', new Uint8Array(32).fill(255), 'not the canonical encoding of a point'],
    ['y = 2', bytesOf(2n), 'not a point of the curve'],
  ])('%s: refused', (_, bytes, fault) => {
    expect(pointFault(bytes)).toBe(fault);
  });

  it('takes the base point and fresh keys', () => {
    expect(pointFault(bytesOf(mod(4n * inverse(5n))))).toBeUndefined();
    for (let count = 0; count < 20; count++)
      expect(pointFault(Buffer.from(generateKeyPair().publicJwk.x, 'base64url'))).toBeUndefined();
  });
});
