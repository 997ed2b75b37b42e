import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { suiteOf } from './algorithms.js';
import type { SignatureClaim, VerifyingKey } from './signature-suite.js';
import { TableVerifier } from './table-verifier.js';

const suite = suiteOf('EdDSA');
const vectors = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../../test/vectors/${path}`, import.meta.url), 'utf8')) as T;

interface Vector {
  readonly pk: string;
  readonly message: Buffer;
  readonly signature: Buffer;
}

const wycheproof = vectors<{
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly { readonly msg: string; readonly sig: string }[];
  }[];
}>('wycheproof/ed25519_test.json').testGroups.flatMap(({ publicKey: { pk }, tests }) =>
  tests.map(({ msg, sig }): Vector => ({ pk, message: Buffer.from(msg, 'hex'), signature: Buffer.from(sig, 'hex') })),
);
const cctv = vectors<readonly { readonly key: string; readonly msg: string; readonly sig: string }[]>(
  'cctv/ed25519vectors.json',
).map(({ key: pk, msg, sig }): Vector => ({ pk, message: Buffer.from(msg), signature: Buffer.from(sig, 'hex') }));
const hostile = vectors<{ readonly tests: readonly Record<'pk' | 'msg' | 'sig', string>[] }>(
  'ed25519/hostile.json',
).tests.map(({ pk, msg, sig }): Vector => ({
  pk,
  message: Buffer.from(msg, 'hex'),
  signature: Buffer.from(sig, 'hex'),
}));

const readKey = (hex: string): VerifyingKey | undefined => {
  try {
    return suite.readPublic({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') }).key;
  } catch {
    return undefined;
  }
};

/** A verifier with tables from the first signature on, and what it left to the other one. */
const eager = (decide = suite.verify) => {
  const left: Uint8Array[] = [];
  const verifier = new TableVerifier((message, signature, key) => {
    left.push(message);
    return decide(message, signature, key);
  }, 0);
  return { verifier, left };
};

const signer = () => {
  const jwk = suite.generate();
  const { key: secret } = suite.readPrivate(jwk);
  const { key } = suite.readPublic({ kty: jwk.kty, crv: jwk.crv, x: jwk.x });
  return (message: Uint8Array): SignatureClaim => ({ message, signature: suite.sign(message, secret), key });
};
/** Not in the sample that is decided twice. */
const plain = (sign: (message: Uint8Array) => SignatureClaim, text: string): SignatureClaim => {
  const claim = sign(Buffer.from(text));
  return claim.signature[0] === 0 ? plain(sign, `${text}.`) : claim;
};
const sampled = (sign: (message: Uint8Array) => SignatureClaim, count = 0): SignatureClaim => {
  const claim = sign(Buffer.from(`message ${count}`));
  return claim.signature[0] === 0 ? claim : sampled(sign, count + 1);
};

describe('has the verdicts of libsodium', () => {
  it.each([
    ['Wycheproof Ed25519, 151 cases', wycheproof, 151],
    ['C2SP CCTV, 914 edge cases', cctv, 914],
    ['signatures on which verifiers differ', hostile, hostile.length],
  ] as const)('%s, each key with its table', (_title, cases, count) => {
    expect(cases).toHaveLength(count);
    for (const [pk, ofKey] of Map.groupBy(cases, (one) => one.pk)) {
      const key = readKey(pk);
      if (key === undefined) continue;
      const claims = ofKey.map(({ message, signature }) => ({ message, signature, key }));
      const expected = claims.map(({ message, signature }) => suite.verify(message, signature, key));
      expect([pk, eager().verifier.verifyEach(claims)]).toEqual([pk, expected]);
    }
  });

  it('of signatures of several keys, sound and changed in any bit, in any number at once', () => {
    const signers = [signer(), signer(), signer()];
    const { verifier } = eager();
    const claim = fc
      .record({
        by: fc.nat({ max: 2 }),
        message: fc.uint8Array({ maxLength: 300 }),
        changed: fc.option(fc.nat({ max: 64 * 8 - 1 }), { freq: 2 }),
        as: fc.option(fc.nat({ max: 2 }), { freq: 5 }),
      })
      .map(({ by, message, changed, as }): SignatureClaim => {
        const { signature, key } = signers[by]!(message);
        if (changed !== null) signature[changed >> 3]! ^= 1 << (changed & 7);
        return { message, signature, key: as === null ? key : signers[as]!(message).key };
      });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 40 }), (claims) => {
        const expected = claims.map(({ message, signature, key }) => suite.verify(message, signature, key));
        expect(verifier.verifyEach(claims)).toEqual(expected);
      }),
    );
  });

  it('of a signature that is cut short or too long', () => {
    const { message, signature, key } = signer()(Buffer.from('a'));
    const claims = [signature.subarray(0, 63), Buffer.concat([signature, Buffer.from([0])]), new Uint8Array(0)];
    expect(eager().verifier.verifyEach(claims.map((one) => ({ message, signature: one, key })))).toEqual([
      ...[false, false, false],
    ]);
  });
});

describe('what the tables decide', () => {
  it('is a yes, for more than one batch of messages of any length; every no is decided by libsodium', () => {
    const sign = signer();
    const sound = Array.from({ length: 600 }, (_, index) => plain(sign, `${index} ${'x'.repeat(index * 117)}`));
    const forged = sound.map((claim, index) =>
      index % 50 === 7 ? { ...claim, message: Buffer.from('other') } : claim,
    );
    const { verifier, left } = eager();
    expect(verifier.verifyEach(forged)).toEqual(forged.map((_, index) => index % 50 !== 7));
    expect(left).toEqual(forged.filter((_, index) => index % 50 === 7).map(({ message }) => message));
  });

  it('is nothing for a key that was asked of seldom, and nothing from the seventeenth key on', () => {
    const asked: number[] = [];
    const sign = signer();
    const claim = plain(sign, 'once');
    const verifier = new TableVerifier((...given) => {
      asked.push(1);
      return suite.verify(...given);
    });
    for (let count = 0; count < 258; count++) expect(verifier.verifyEach([claim])).toEqual([true]);
    expect(asked).toHaveLength(256);

    const { verifier: full, left } = eager();
    const claims = Array.from({ length: 20 }, (_, index) => plain(signer(), `key ${index} `));
    expect(full.verifyEach(claims)).toEqual(claims.map(() => true));
    expect(left).toEqual(claims.slice(16).map(({ message }) => message));
    expect(full.verifyEach(claims.slice(0, 16))).toEqual(claims.slice(0, 16).map(() => true));
    expect(left).toHaveLength(4);
  });

  it('is decided by libsodium too where the signature is in the sample', () => {
    const claim = sampled(signer());
    const { verifier, left } = eager();
    expect(verifier.verifyEach([claim])).toEqual([true]);
    expect(left).toEqual([claim.message]);
  });

  it('is a fault where libsodium disagrees, either way', () => {
    const sign = signer();
    const fault = expect.objectContaining({ code: 'VERIFIERS_DISAGREE' });
    const forged = { ...plain(sign, 'a'), message: Buffer.from('b') };
    expect(() => eager(() => true).verifier.verifyEach([forged])).toThrow(fault);
    expect(() => eager(() => false).verifier.verifyEach([sampled(sign)])).toThrow(fault);
  });
});
