import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { suiteOf } from './algorithms.js';

interface Vectors {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly flags: readonly string[];
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const file = new URL('../../../test/vectors/wycheproof/ed25519_test.json', import.meta.url);
const { numberOfTests, testGroups } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const suite = suiteOf('EdDSA');
const cases = testGroups.flatMap(({ publicKey, tests }) => {
  const x = Buffer.from(publicKey.pk, 'hex').toString('base64url');
  const { key } = suite.readPublic({ kty: 'OKP', crv: 'Ed25519', x });
  return tests.map((test) => ({ ...test, key, title: `${test.tcId} ${test.flags.join(' ')} ${test.comment}` }));
});

describe('Wycheproof Ed25519', () => {
  it('has all 151 cases, 88 of them valid', () => {
    expect(numberOfTests).toBe(151);
    expect(cases).toHaveLength(151);
    expect(cases.filter(({ result }) => result === 'valid')).toHaveLength(88);
  });

  it.each(cases)('$title: $result', ({ key, msg, sig, result }) => {
    expect(suite.verify(Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'), key)).toBe(result === 'valid');
  });
});

describe('RFC 8032 section 7.1', () => {
  it('test 2: key pair and signature', () => {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex').toString('base64url'),
      d: Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex').toString('base64url'),
    };
    const signature = suite.sign(Buffer.from('72', 'hex'), suite.readPrivate(jwk).key);
    expect(Buffer.from(signature).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });
});
