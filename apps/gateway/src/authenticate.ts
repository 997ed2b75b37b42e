import type { Caller } from '@delta-hub/crypto';
import { bearerToken } from '@delta-hub/crypto/tokens';
import type { IncomingMessage } from 'node:http';
import { Problem } from './problems.js';

/** Throws an error with a `TOKEN_` code for a token that is missing or not to be believed. */
export type VerifyToken = (token: string | undefined) => Promise<Caller>;

const TOKEN_FAULTS: ReadonlyMap<string, string> = new Map([
  ['TOKEN_MISSING', 'The request carries no bearer token.'],
  ['TOKEN_MALFORMED', 'The bearer token is not a signed token.'],
  ['TOKEN_EXPIRED', 'The bearer token has expired.'],
  ['TOKEN_ISSUER', 'The bearer token is of an issuer this node does not accept.'],
  ['TOKEN_AUDIENCE', 'The bearer token is meant for another node.'],
  ['TOKEN_SIGNATURE', 'The signature of the bearer token does not hold.'],
  ['TOKEN_CLAIMS', 'A claim of the bearer token is missing or has a wrong form.'],
]);

/** @throws Problem 401 with the `TOKEN_` code; what the check throws beside that goes on as it is. */
export const authenticate = async (req: IncomingMessage, verifyToken: VerifyToken): Promise<void> => {
  try {
    await verifyToken(bearerToken(req.headers.authorization));
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('TOKEN_')) throw error;
    throw new Problem(401, code, TOKEN_FAULTS.get(code) ?? 'A valid bearer token is required.');
  }
};
