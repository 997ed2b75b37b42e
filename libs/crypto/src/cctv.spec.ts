import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { suiteOf } from './algorithms.js';
import { nodeVerdict } from './ed25519.js';

/** github.com/C2SP/CCTV ed25519 (BSD, see LICENSE beside the file): every edge case of the two points of a signature. */
interface EdgeCase {
  readonly number: number;
  /** Hex. */
  readonly key: string;
  /** Hex. */
  readonly sig: string;
  readonly msg: string;
  readonly flags: readonly string[] | null;
}

const file = new URL('../../../test/vectors/cctv/ed25519vectors.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly EdgeCase[];
const suite = suiteOf('EdDSA');

const REFUSED = ['low_order_A', 'low_order_R', 'non_canonical_A', 'non_canonical_R', 'low_order_residue'];
const expected = ({ flags }: EdgeCase): boolean => !(flags ?? []).some((flag) => REFUSED.includes(flag));

const verdicts = ({ key: hex, msg, sig }: EdgeCase): readonly boolean[] => {
  try {
    const x = Buffer.from(hex, 'hex').toString('base64url');
    const { key } = suite.readPublic({ kty: 'OKP', crv: 'Ed25519', x });
    const given = [Buffer.from(msg), Buffer.from(sig, 'hex'), key] as const;
    return [suite.verify(...given), nodeVerdict(...given)];
  } catch {
    return [false, false];
  }
};

it('C2SP CCTV, all 914 edge cases: only canonical points not of small order, without the cofactor, by both verifiers', () => {
  expect(cases).toHaveLength(914);
  const different = cases.filter((one) => verdicts(one).some((verdict) => verdict !== expected(one)));
  expect(different.map(({ number, flags }) => ({ number, flags }))).toEqual([]);
  expect(cases.filter(expected).length).toBeGreaterThan(40);
});
