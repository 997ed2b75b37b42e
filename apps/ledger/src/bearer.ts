import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '@delta-hub/crypto';
import { bearerToken } from '@delta-hub/crypto/tokens';

/**
 * Who is behind a bearer token: issuer, audience, signature, times and claims checked.
 * Throws an error with a `code` that begins with `TOKEN_` when it is not to be believed or missing.
 */
export type VerifyToken = (token: string | undefined) => Promise<Caller>;

/** The caller of a request, or the code that says why the token was not accepted. */
export type Authentication =
  { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly code: string };

export const authenticate = async (
  verifyToken: VerifyToken,
  { authorization }: IncomingHttpHeaders,
): Promise<Authentication> => {
  try {
    return { ok: true, caller: await verifyToken(bearerToken(authorization)) };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    // A token that is not accepted is an answer; everything else is a fault.
    if (typeof code !== 'string' || !code.startsWith('TOKEN_')) throw error;
    return { ok: false, code };
  }
};
