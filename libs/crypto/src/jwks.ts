import { algorithms, suiteOf } from './algorithms.js';
import { CryptoError } from './errors.js';
import type { PrivateJwk, PublicJwk, SignatureAlgorithm } from './signature-suite.js';

/** A public key as it is published, RFC 7517. `alg` is always there: several libraries refuse a key without it. */
export interface PublishedJwk extends PublicJwk {
  readonly alg: SignatureAlgorithm;
  readonly kid: string;
  readonly use: 'sig';
}

/** A JWK Set, RFC 7517 section 5. */
export interface Jwks {
  readonly keys: readonly PublishedJwk[];
}

/**
 * The public halves of some keys as a JWK Set, for `/.well-known/jwks.json`. A private half that comes in is left out.
 * @throws CryptoError `KEY_INVALID` when a key is malformed or weak
 */
export const jwks = (
  keys: readonly { readonly kid: string; readonly jwk: PublicJwk | PrivateJwk; readonly alg?: SignatureAlgorithm }[],
): Jwks => ({ keys: keys.map(({ kid, jwk, alg = 'EdDSA' }) => publish(kid, jwk, alg)) });

const publish = (kid: string, jwk: PublicJwk | PrivateJwk, alg: SignatureAlgorithm): PublishedJwk => {
  const suite = suiteOf(alg);
  const { kty, crv, x } = 'd' in jwk ? suite.readPrivate(jwk).jwk : suite.readPublic(jwk).jwk;
  return { kty, crv, x, alg, kid, use: 'sig' };
};

/**
 * A JWK Set from outside, for example an issuer's. Keys of kinds that the hub does not use are left out, as RFC 7517
 * section 5 advises; a key that it would use must be sound.
 * @throws CryptoError `KEY_INVALID` when no key is left, one is malformed, weak or private, or two have one `kid`
 */
export const parseJwks = (json: unknown): Jwks => {
  const list: unknown = typeof json === 'object' && json !== null && 'keys' in json ? json.keys : undefined;
  if (!Array.isArray(list)) return fail('not a JWK Set: no list "keys"');
  const keys = list.flatMap((entry: unknown) => readEntry(entry) ?? []);
  if (keys.length === 0) return fail(`the JWK Set has no key for ${algorithms.join(' or ')}`);
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) return fail('two keys of the JWK Set have the same kid');
  return { keys };
};

const readEntry = (entry: unknown): PublishedJwk | undefined => {
  if (typeof entry !== 'object' || entry === null) return fail('an entry of the JWK Set is not an object');
  const { kty, crv, x, kid, use = 'sig', alg, ...rest } = entry as Readonly<Record<string, unknown>>;
  const algorithm = algorithms.find((name) => {
    const { jwkType } = suiteOf(name);
    return jwkType.kty === kty && jwkType.crv === crv && (alg === undefined || alg === name);
  });
  if (algorithm === undefined || use !== 'sig') return undefined;
  if ('d' in rest) return fail('the JWK Set holds a private key');
  if (typeof kid !== 'string' || kid === '') return fail('a key of the JWK Set has no kid');
  return publish(kid, { kty, crv, x } as PublicJwk, algorithm);
};

const fail = (problem: string): never => {
  throw new CryptoError('KEY_INVALID', problem);
};
