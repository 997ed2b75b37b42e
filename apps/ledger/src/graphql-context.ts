import type { IncomingMessage } from 'node:http';
import type { Caller } from '@delta-hub/crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { authenticate, type VerifyToken } from './bearer.js';
import { InBatches } from './in-batches.js';
import type { LedgerEntry, LedgerReader } from './ledger-reader.js';

/** What the resolvers of one request share. */
export interface RequestContext {
  readonly caller: Caller;
  readonly ofEvent: InBatches<LedgerEntry>;
  readonly ofStream: InBatches<readonly LedgerEntry[]>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TRANSFER = /^transfer-/;

/** Every request is authenticated here, whatever the gateway has done before. */
export const contextOf =
  (reader: LedgerReader, verifyToken: VerifyToken) =>
  async ({ req }: { readonly req: IncomingMessage }): Promise<RequestContext> => {
    const authentication = await authenticate(verifyToken, req.headers);
    if (!authentication.ok) throw unauthenticated(authentication.code);
    return {
      caller: authentication.caller,
      ofEvent: new InBatches((ids) => reader.entriesOf(ids.filter((id) => UUID.test(id)))),
      ofStream: new InBatches((ids) => reader.entriesIn(ids.filter((id) => TRANSFER.test(id)))),
    };
  };

const unauthenticated = (reason: string): GraphQLError =>
  new GraphQLError('A valid bearer token is required.', {
    extensions: { code: 'UNAUTHENTICATED', reason, http: { status: 401 } },
  });

/** Faults of our own are not for the caller to read. */
export const maskFault = (error: Readonly<GraphQLFormattedError>): GraphQLFormattedError =>
  error.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'
    ? { ...error, message: 'The ledger could not answer.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    : error;
