import { createLocalJWKSet, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { algorithms, suiteOf } from './algorithms.js';
import { CryptoError, type TokenErrorCode } from './errors.js';
import type { Instant } from './instant.js';
import type { Jwks } from './jwks.js';
import type { PrivateJwk } from './signature-suite.js';

/**
 * What a caller may be. `office-officer` acts for a judicial office (司法所), `inspector` reads and verifies only,
 * `recipient` takes note of the copies (抄送) that are sent to it.
 */
export type Role = 'officer' | 'office-officer' | 'inspector' | 'operator' | 'recipient';

const roles: readonly Role[] = ['officer', 'office-officer', 'inspector', 'operator', 'recipient'];

/** The person or system behind a verified token. */
export interface Caller {
  readonly officerId: string;
  readonly role: Role;
  readonly agencyId: string;
  /** Two digits: the node that the agency belongs to. */
  readonly node: string;
  /** `juvenile`: one of those whose work is with minors 专人 (社区矫正法 52). */
  readonly duty?: 'juvenile';
}

export interface TokenClaims extends Caller {
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Mints a token: a JWT with `iss`, `aud`, `iat`, `exp`, the officer as `sub`, and `role`, `agencyId`, `node`, and `duty` if any.
 * `now` is the present unless given.
 * @throws CryptoError `KEY_INVALID`, `TOKEN_CLAIMS` when the claims would not pass `verifyToken`
 */
export const mintToken = async (
  issuerKey: PrivateJwk,
  claims: TokenClaims,
  ttlSeconds: number,
  now?: Instant,
): Promise<string> => {
  const { officerId, role, agencyId, node, duty, issuer, audience } = claims;
  const issuedAt = now === undefined ? new Date() : new Date(now);
  callerOf({ sub: officerId, role, agencyId, node, duty });
  return new SignJWT({ role, agencyId, node, ...(duty === undefined ? {} : { duty }) })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(officerId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(new Date(issuedAt.getTime() + ttlSeconds * 1000))
    .sign(suiteOf('EdDSA').readPrivate(issuerKey).key.node);
};

export interface TokenExpectation {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's keys. Reuse the same object: it is prepared once. */
  readonly jwks: Jwks;
  /** The present unless given. */
  readonly now?: Instant;
}

/** The token of an `Authorization` header, RFC 6750 section 2.1; undefined when it carries none. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer ([!-~]+)$/i.exec(authorization ?? '')?.[1];

/**
 * The caller behind a bearer token. Algorithm, issuer and audience are pinned; no clock skew is allowed.
 * A token is never an identity of anything: two texts may carry the same signature.
 *
 * @throws CryptoError with a `TOKEN_` code
 */
export const verifyToken = async (token: string | undefined, expectation: TokenExpectation): Promise<Caller> => {
  if (token === undefined || token === '') throw new CryptoError('TOKEN_MISSING', 'no token');
  const { issuer, audience, jwks, now } = expectation;
  const currentDate = now === undefined ? new Date() : new Date(now);
  try {
    const { payload } = await jwtVerify(token, keysOf(jwks), {
      algorithms: [...algorithms],
      issuer,
      audience,
      currentDate,
      requiredClaims: ['sub', 'iat', 'exp'],
    });
    return callerOf(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError) throw tokenError(error);
    throw error;
  }
};

const prepared = new WeakMap<Jwks, ReturnType<typeof createLocalJWKSet>>();

const keysOf = (jwks: Jwks): ReturnType<typeof createLocalJWKSet> => {
  const known = prepared.get(jwks) ?? createLocalJWKSet({ keys: jwks.keys.map((key) => ({ ...key })) });
  prepared.set(jwks, known);
  return known;
};

const callerOf = ({ sub, role, agencyId, node, duty }: JWTPayload): Caller => {
  if (typeof sub !== 'string' || sub === '') return wrongClaim('sub');
  if (typeof role !== 'string' || !(roles as readonly string[]).includes(role)) return wrongClaim('role');
  if (typeof agencyId !== 'string' || agencyId === '') return wrongClaim('agencyId');
  if (typeof node !== 'string' || !/^[1-9]\d$/.test(node)) return wrongClaim('node');
  if (duty !== undefined && duty !== 'juvenile') return wrongClaim('duty');
  return { officerId: sub, role: role as Role, agencyId, node, ...(duty === undefined ? {} : { duty }) };
};

const wrongClaim = (claim: string): never => {
  throw new CryptoError('TOKEN_CLAIMS', `claim ${claim} is missing or has a wrong form`);
};

/** Errors of jose, by their stable code; every code that is not here means that the text is no JWT we can read. */
const tokenCodes: Readonly<Record<string, TokenErrorCode>> = {
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'TOKEN_SIGNATURE',
  ERR_JWKS_NO_MATCHING_KEY: 'TOKEN_SIGNATURE',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'TOKEN_SIGNATURE',
  ERR_JOSE_ALG_NOT_ALLOWED: 'TOKEN_SIGNATURE',
  ERR_JWT_EXPIRED: 'TOKEN_EXPIRED',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'TOKEN_CLAIMS',
};

const claimCodes: Readonly<Record<string, TokenErrorCode>> = { iss: 'TOKEN_ISSUER', aud: 'TOKEN_AUDIENCE' };

const tokenError = (cause: errors.JOSEError): CryptoError => {
  const byClaim = cause instanceof errors.JWTClaimValidationFailed ? claimCodes[cause.claim] : undefined;
  const code = byClaim ?? tokenCodes[cause.code] ?? 'TOKEN_MALFORMED';
  return new CryptoError(code, cause.message, { cause });
};
