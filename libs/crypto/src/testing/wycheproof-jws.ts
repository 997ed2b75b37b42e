import {
  constants,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseCompact } from '../compact.js';

export interface JwsCase {
  readonly tcId: number;
  readonly comment: string;
  readonly jws: string;
  readonly result: 'valid' | 'invalid';
  readonly jwk: TestJwk;
}

interface TestJwk extends JsonWebKey {
  readonly alg?: string;
  readonly kid: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
}

interface Vectors {
  readonly testGroups: readonly {
    readonly private: TestJwk;
    readonly public?: TestJwk;
    readonly tests: readonly Omit<JwsCase, 'jwk'>[];
  }[];
}

const file = new URL('../../../../test/vectors/wycheproof/json_web_signature_test.json', import.meta.url);

/** All cases of the file, each with the key that is to verify it. */
export const jwsCases: readonly JwsCase[] = (JSON.parse(readFileSync(file, 'utf8')) as Vectors).testGroups.flatMap(
  (group) => group.tests.map((test) => ({ ...test, jwk: group.public ?? group.private })),
);

/** A row for tests only: an algorithm that the hub itself never uses, on Node's primitives. */
interface TestSuite {
  signatureBytes(key: KeyObject): number;
  verify(message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean;
}

const modulusBytes = (key: KeyObject): number => key.asymmetricKeyDetails!.modulusLength! / 8;

const rsa = (hash: string): TestSuite => ({
  signatureBytes: modulusBytes,
  verify: (message, signature, key) => verify(hash, message, key, signature),
});

const pss = (hash: string): TestSuite => ({
  signatureBytes: modulusBytes,
  verify: (message, signature, key) =>
    verify(
      hash,
      message,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      signature,
    ),
});

const suites: Readonly<Record<string, TestSuite>> = {
  HS256: {
    signatureBytes: () => 32,
    verify: (message, mac, key) => timingSafeEqual(createHmac('sha256', key).update(message).digest(), mac),
  },
  ES256: {
    signatureBytes: () => 64,
    verify: (message, signature, key) => verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  },
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
};

/** Registers a key as a trust list does: bound to one known algorithm, and only when it is meant for signatures. */
const register = ({
  alg,
  use,
  key_ops: operations,
  ...jwk
}: TestJwk): (TestSuite & { alg: string; key: KeyObject }) | undefined => {
  const suite = alg === undefined ? undefined : suites[alg];
  if (alg === undefined || suite === undefined) return undefined;
  if ((use !== undefined && use !== 'sig') || (operations !== undefined && !operations.includes('verify')))
    return undefined;
  const key =
    jwk.kty === 'oct'
      ? createSecretKey(Buffer.from(jwk.k!, 'base64url'))
      : createPublicKey({ key: jwk, format: 'jwk' });
  return { ...suite, alg, key };
};

/**
 * What our strict reader says of a case: `accepted`, or why not. The reader is the product's `parseCompact`. From the
 * test come the primitives, and the one registered header of each key: `{"alg":...,"kid":...}` in canonical form, since
 * these vectors have no `typ`; otherwise it is our own header rule. `headerOf` registers another text instead.
 */
export const judge = ({ jws, jwk }: JwsCase, headerOf = canonicalHeader): string => {
  const key = register(jwk);
  if (key === undefined) return 'the key is not registered';
  const header = headerOf(key.alg, jwk.kid);
  const parts = parseCompact(jws, (text) =>
    text === header ? { signatureBytes: key.signatureBytes(key.key) } : undefined,
  );
  if (typeof parts === 'string') return parts;
  return key.verify(parts.signingInput, parts.signature, key.key) ? 'accepted' : 'the signature is not good';
};

const canonicalHeader = (alg: string, kid: string): string => JSON.stringify({ alg, kid });
