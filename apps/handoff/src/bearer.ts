import type { Caller } from '@delta-hub/crypto';
import { bearerToken } from '@delta-hub/crypto/tokens';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { IncomingMessage } from 'node:http';

/** Who is behind a bearer token; throws an error with a `TOKEN_` code when it is missing or not to be believed. */
export type VerifyToken = (token: string | undefined) => Promise<Caller>;

/** What the resolvers of one request share. */
export interface RequestContext {
  readonly caller: Caller;
}

/** Every request is authenticated here, whatever the gateway has done before. */
export const contextOf =
  (verifyToken: VerifyToken) =>
  async ({ req }: { readonly req: IncomingMessage }): Promise<RequestContext> => {
    try {
      return { caller: await verifyToken(bearerToken(req.headers.authorization)) };
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (typeof code !== 'string' || !code.startsWith('TOKEN_')) throw error;
      throw new GraphQLError('A valid bearer token is required.', {
        extensions: { code: 'UNAUTHENTICATED', reason: code, http: { status: 401 } },
      });
    }
  };

/** Faults of the store that a caller can act on keep their code; nothing else of a fault is for the caller to read. */
const STORE_FAULTS: Readonly<Record<string, string>> = {
  STORAGE_FULL: 'The node has no room left; nothing was stored.',
  UNAVAILABLE: 'The node’s store does not answer; try again with the same idempotency key.',
  OUTCOME_UNKNOWN: 'Whether the command was stored is not known; try again with the same idempotency key.',
};

export const maskFault = (formatted: Readonly<GraphQLFormattedError>, error: unknown): GraphQLFormattedError => {
  if (formatted.extensions?.['code'] !== 'INTERNAL_SERVER_ERROR') return formatted;
  const original = (error as { originalError?: { code?: unknown } } | undefined)?.originalError;
  const code = typeof original?.code === 'string' ? original.code : '';
  const message = STORE_FAULTS[code];
  const known = code === 'STORAGE_FULL' ? code : 'STORE_UNAVAILABLE';
  return message === undefined
    ? { ...formatted, message: 'The hub could not answer.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    : { ...formatted, message, extensions: { code: known } };
};
