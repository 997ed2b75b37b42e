import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { CryptoError } from './errors.js';
import { jwks as jwksOf } from './jwks.js';
import { generateKeyPair, signerFromJwk } from './keys.js';
import type { PrivateJwk } from './signature-suite.js';
import { suiteOf } from './algorithms.js';
import { signEvent } from './envelope.js';
import { sampleEvent } from './testing/event-fixtures.js';
import { bearerToken, type Caller, mintToken, type Role, type TokenClaims, verifyToken } from './tokens.js';

const issuerKey = generateKeyPair().privateJwk;
const jwks = jwksOf([{ kid: 'dev', jwk: issuerKey }]);
const issuer = 'https://issuer.test';
const audience = 'urn:delta-hub:node:32';
const now = '2026-03-02T01:00:00.000Z';
const caller: Caller = { officerId: 'O-320509-0001', role: 'officer', agencyId: 'cca-320509', node: '32' };
const claims: TokenClaims = { ...caller, issuer, audience };
const expected = { issuer, audience, jwks, now };

const codeOf = async (token: string | undefined, expectation = expected): Promise<unknown> => {
  try {
    return await verifyToken(token, expectation);
  } catch (error) {
    return error instanceof CryptoError ? error.code : error;
  }
};

/** A token that `mintToken` would not make. */
const forge = (
  payload: Record<string, unknown>,
  header: { alg: string; kid?: string } = { alg: 'EdDSA' },
  key: PrivateJwk = issuerKey,
) => new SignJWT(payload).setProtectedHeader(header).sign(suiteOf('EdDSA').readPrivate(key).key.node);

const seconds = Date.parse(now) / 1000;
const { officerId, ...rest } = caller;
const sound = { iss: issuer, aud: audience, sub: officerId, iat: seconds, exp: seconds + 60, ...rest };
const without = (name: string) => Object.fromEntries(Object.entries(sound).filter(([key]) => key !== name));

describe('a minted token', () => {
  it('says who calls', async () => {
    const token = await mintToken(issuerKey, claims, 60, now);
    expect(await verifyToken(token, expected)).toEqual(caller);
  });

  it('holds what a JWT holds, and no more', async () => {
    const parts = (await mintToken(issuerKey, claims, 60, now)).split('.').slice(0, 2);
    const [header, payload] = parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
    expect(header).toEqual({ alg: 'EdDSA', typ: 'JWT' });
    expect(payload).toEqual(sound);
  });

  it.each<Role>(['officer', 'office-officer', 'inspector', 'operator'])('may be that of an %s', async (role) => {
    const token = await mintToken(issuerKey, { ...claims, role }, 60, now);
    expect(await verifyToken(token, expected)).toEqual({ ...caller, role });
  });

  it('ends when its time is over', async () => {
    const token = await mintToken(issuerKey, claims, 60, now);
    expect(await codeOf(token, { ...expected, now: '2026-03-02T01:00:59.999Z' })).toEqual(caller);
    expect(await codeOf(token, { ...expected, now: '2026-03-02T01:01:00.000Z' })).toBe('TOKEN_EXPIRED');
  });

  it('lives in the present unless told otherwise', async () => {
    const token = await mintToken(issuerKey, claims, 60);
    expect(await verifyToken(token, { issuer, audience, jwks })).toEqual(caller);
    const old = await mintToken(issuerKey, claims, 60, now);
    await expect(verifyToken(old, { issuer, audience, jwks })).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('is not minted with claims that would not pass', async () => {
    const wrong = { ...claims, node: '3' };
    await expect(mintToken(issuerKey, wrong, 60)).rejects.toMatchObject({ code: 'TOKEN_CLAIMS' });
    const key = { ...issuerKey, x: generateKeyPair().publicJwk.x };
    await expect(mintToken(key, claims, 60)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});

describe('verifyToken refuses', () => {
  it.each<[string, string | undefined, string]>([
    ['no token', undefined, 'TOKEN_MISSING'],
    ['an empty token', '', 'TOKEN_MISSING'],
    ['any text', 'token', 'TOKEN_MALFORMED'],
    ['three empty parts', '..', 'TOKEN_MALFORMED'],
    ['a header that is no JSON', 'e30x.e30.e30', 'TOKEN_MALFORMED'],
    ['a header without an algorithm', 'e30.e30.e30', 'TOKEN_MALFORMED'],
  ])('%s', async (_, token, code) => {
    expect(await codeOf(token)).toBe(code);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['another issuer', { ...sound, iss: 'https://other.test' }, 'TOKEN_ISSUER'],
    ['no issuer', without('iss'), 'TOKEN_ISSUER'],
    ['another audience', { ...sound, aud: 'urn:delta-hub:node:31' }, 'TOKEN_AUDIENCE'],
    ['no audience', without('aud'), 'TOKEN_AUDIENCE'],
    ['a past end', { ...sound, exp: seconds }, 'TOKEN_EXPIRED'],
    ['no end', without('exp'), 'TOKEN_CLAIMS'],
    ['no beginning', without('iat'), 'TOKEN_CLAIMS'],
    ['a later beginning', { ...sound, nbf: seconds + 1 }, 'TOKEN_CLAIMS'],
    ['an end that is a text', { ...sound, exp: 'tomorrow' }, 'TOKEN_CLAIMS'],
    ['no officer', without('sub'), 'TOKEN_CLAIMS'],
    ['an empty officer', { ...sound, sub: '' }, 'TOKEN_CLAIMS'],
    ['an unknown role', { ...sound, role: 'system' }, 'TOKEN_CLAIMS'],
    ['several roles', { ...sound, role: ['officer'] }, 'TOKEN_CLAIMS'],
    ['no agency', without('agencyId'), 'TOKEN_CLAIMS'],
    ['a duty that is none', { ...sound, duty: 'senior' }, 'TOKEN_CLAIMS'],
    ['a node that is a number', { ...sound, node: 32 }, 'TOKEN_CLAIMS'],
  ])('%s', async (_, payload, code) => {
    expect(await codeOf(await forge(payload))).toBe(code);
  });

  it('a signature of another key, whatever it says of itself', async () => {
    const other = generateKeyPair().privateJwk;
    expect(await codeOf(await forge(sound, { alg: 'EdDSA' }, other))).toBe('TOKEN_SIGNATURE');
    expect(await codeOf(await forge(sound, { alg: 'EdDSA', kid: 'dev' }, other))).toBe('TOKEN_SIGNATURE');
    expect(await codeOf(await forge(sound, { alg: 'EdDSA', kid: 'other' }))).toBe('TOKEN_SIGNATURE');
  });

  it('other claims under a good signature', async () => {
    const [header, , signature] = (await mintToken(issuerKey, claims, 60, now)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...sound, role: 'operator' })).toString('base64url');
    expect(await codeOf(`${header}.${payload}.${signature}`)).toBe('TOKEN_SIGNATURE');
  });

  it('every algorithm but EdDSA: none, a MAC keyed with the public key, and the other name', async () => {
    const body = Buffer.from(JSON.stringify(sound)).toString('base64url');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const secret = createSecretKey(Buffer.from(issuerKey.x, 'base64url'));
    const mac = await new SignJWT(sound).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    const otherName = await forge(sound, { alg: 'Ed25519' });
    expect(await Promise.all([none, mac, otherName].map((token) => codeOf(token)))).toEqual([
      'TOKEN_SIGNATURE',
      'TOKEN_SIGNATURE',
      'TOKEN_SIGNATURE',
    ]);
  });

  it('a signed event of a node, even under the same key', async () => {
    expect(await codeOf(signEvent(sampleEvent, signerFromJwk(issuerKey, '32/1')))).toBe('TOKEN_SIGNATURE');
    const only = { ...expected, jwks: jwksOf([{ kid: '32/1', jwk: issuerKey }]) };
    expect(await codeOf(signEvent(sampleEvent, signerFromJwk(issuerKey, '32/1')), only)).toBe('TOKEN_ISSUER');
  });
});

describe('the token of an Authorization header', () => {
  it.each([
    ['Bearer a.b.c', 'a.b.c'],
    ['bearer a.b.c', 'a.b.c'],
    ['Basic a.b.c', undefined],
    ['Bearer a b', undefined],
    ['Bearer ', undefined],
    [undefined, undefined],
  ])('of %s is %s', (header, token) => expect(bearerToken(header)).toBe(token));
});
