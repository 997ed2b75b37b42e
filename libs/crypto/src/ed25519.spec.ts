import { createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import sodium from 'sodium-native';
import { suiteOf } from './algorithms.js';
import { nodeVerdict } from './ed25519.js';

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

  it.each(cases)('$title: $result, by both verifiers', ({ key, msg, sig, result }) => {
    const given = [Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'), key] as const;
    expect([suite.verify(...given), nodeVerdict(...given)]).toEqual(Array(2).fill(result === 'valid'));
  });
});

describe('signatures on which verifiers differ', () => {
  const hostile = new URL('../../../test/vectors/ed25519/hostile.json', import.meta.url);
  const { tests } = JSON.parse(readFileSync(hostile, 'utf8')) as {
    readonly tests: readonly Record<'comment' | 'pk' | 'msg' | 'sig' | 'result', string>[];
  };

  it.each(tests)('$comment: $result, by both verifiers', ({ pk, msg, sig, result }) => {
    const { key } = suite.readPublic({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(pk, 'hex').toString('base64url') });
    const given = [Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'), key] as const;
    expect([suite.verify(...given), nodeVerdict(...given)]).toEqual(Array(2).fill(result === 'valid'));
  });
});

describe('the second opinion', () => {
  const { key } = suite.readPrivate(suite.generate());
  const publicKey = { bytes: key.bytes.subarray(32), node: createPublicKey(key.node) };
  /** A message whose signature begins with 0, so that it is in the sample. */
  const sampled = (): readonly [Uint8Array, Uint8Array] => {
    for (let count = 0; ; count++) {
      const message = Buffer.from(`message ${count}`);
      const signature = suite.sign(message, key);
      if (signature[0] === 0) return [message, signature];
    }
  };

  it('agrees', () => {
    const [message, signature] = sampled();
    expect(suite.verify(message, signature, publicKey)).toBe(true);
    expect(suite.verify(Buffer.from('another'), signature, publicKey)).toBe(false);
  });

  it('is a fault when it does not', () => {
    const [message, signature] = sampled();
    const { key: other } = suite.readPrivate(suite.generate());
    const torn = { ...publicKey, node: createPublicKey(other.node) };
    expect(() => suite.verify(message, signature, torn)).toThrow(
      expect.objectContaining({ code: 'VERIFIERS_DISAGREE' }),
    );
    expect(suite.verify(message, signature.with(0, 1), torn)).toBe(false);
  });

  it('signs as node:crypto does', () => {
    const message = Buffer.from('one text, one signature');
    expect(Buffer.from(suite.sign(message, key))).toEqual(sign(null, message, key.node));
    expect(sodium.crypto_sign_verify_detached(sign(null, message, key.node), message, publicKey.bytes)).toBe(true);
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
