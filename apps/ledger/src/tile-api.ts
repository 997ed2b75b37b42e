import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parseTilePath } from '@delta-hub/ledger';
import { authenticate, type VerifyToken } from './bearer.js';
import type { LedgerReader } from './ledger-reader.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const YEAR_SECONDS = 31_536_000;
const compress = promisify(gzip);

/**
 * The read API of https://c2sp.org/tlog-tiles below one prefix. Checkpoint and tiles hold only hashes and are public;
 * entries are for inspectors. What is not there is `404`, a missing or refused token `401`, another role `403`, each as
 * RFC 9457 problem details with a stable `code`.
 */
export class TileApi {
  readonly #reader: LedgerReader;
  readonly #verifyToken: VerifyToken;

  constructor(reader: LedgerReader, verifyToken: VerifyToken) {
    this.#reader = reader;
    this.#verifyToken = verifyToken;
  }

  /** Answers a GET for `path`, relative to the prefix and without a leading slash. */
  async answer(path: string, headers: IncomingHttpHeaders): Promise<HttpAnswer> {
    if (path === 'checkpoint') return this.#checkpoint();
    const resource = parseTilePath(path);
    if (resource === undefined) return problem(404, 'NOT_A_RESOURCE', 'There is no such resource of the log.');
    if (resource.kind === 'entries') {
      const refusal = await this.#refusalOf(headers);
      if (refusal !== undefined) return refusal;
    }
    const bytes = this.#reader.resource(resource);
    if (bytes === undefined) return problem(404, 'NOT_IN_THE_TREE', 'The signed tree does not reach that far.');
    return resource.kind === 'hashes'
      ? { status: 200, headers: immutable('public'), body: bytes }
      : compressed(bytes, headers);
  }

  #checkpoint(): HttpAnswer {
    const head = this.#reader.head();
    if (head === undefined) return problem(404, 'NO_CHECKPOINT_YET', 'Nothing has been sequenced yet.');
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' },
      body: Buffer.from(head.note, 'utf8'),
    };
  }

  async #refusalOf(headers: IncomingHttpHeaders): Promise<HttpAnswer | undefined> {
    const authentication = await authenticate(this.#verifyToken, headers);
    if (!authentication.ok) return problem(401, authentication.code, 'Entries need the token of an inspector.');
    if (authentication.caller.role === 'inspector') return undefined;
    return problem(403, 'ROLE_NOT_PERMITTED', 'Entries are for inspectors.');
  }
}

const immutable = (scope: 'public' | 'private'): Readonly<Record<string, string>> => ({
  'content-type': 'application/octet-stream',
  'cache-control': `${scope}, max-age=${YEAR_SECONDS}, immutable`,
});

/** Entries compress well, and the specification asks for it where the client takes gzip. */
const compressed = async (
  bytes: Uint8Array,
  { 'accept-encoding': accepted }: IncomingHttpHeaders,
): Promise<HttpAnswer> => {
  const headers = { ...immutable('private'), vary: 'Authorization, Accept-Encoding' };
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(accepted ?? '')))
    return { status: 200, headers, body: bytes };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: await compress(bytes) };
};

const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' };

export const problem = (status: number, code: string, detail: string): HttpAnswer => ({
  status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  },
  body: Buffer.from(JSON.stringify({ type: 'about:blank', title: titles[status], status, code, detail })),
});
