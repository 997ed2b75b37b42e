import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { sha256 } from '@delta-hub/crypto';
import { parseTilePath } from '@delta-hub/ledger';
import { authenticate, type VerifyToken } from './bearer.js';
import { formatKeyEntries, KEY_ENTRIES } from './keys/served-keys.js';
import type { LedgerReader } from './ledger-reader.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const YEAR_SECONDS = 31_536_000;
const compress = promisify(gzip);

/**
 * The read API of https://c2sp.org/tlog-tiles below one prefix, and `key-entries`, the places of the key events. Checkpoint
 * and tiles hold only hashes and are public; entries are for inspectors. The checkpoint changes and is compared by its ETag; a tile or bundle of one width, partial
 * ones too, is the same for ever. What is not there is `404`, a missing or refused token `401`, another role `403`,
 * another method than GET and HEAD `405`, each as RFC 9457 problem details with a stable `code`.
 */
export class TileApi {
  readonly #reader: LedgerReader;
  readonly #verifyToken: VerifyToken;

  constructor(reader: LedgerReader, verifyToken: VerifyToken) {
    this.#reader = reader;
    this.#verifyToken = verifyToken;
  }

  /** Answers a request for `path`, relative to the prefix and without a leading slash; the body is left out of a HEAD later. */
  async answer(path: string, headers: IncomingHttpHeaders, method = 'GET'): Promise<HttpAnswer> {
    if (method !== 'GET' && method !== 'HEAD')
      return problem(405, 'METHOD_NOT_ALLOWED', 'The log is read by GET and HEAD.');
    if (path === 'checkpoint') return this.#checkpoint(headers);
    if (path === KEY_ENTRIES) return this.#keyEntries();
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

  #checkpoint({ 'if-none-match': known }: IncomingHttpHeaders): HttpAnswer {
    const head = this.#reader.head();
    if (head === undefined) return problem(404, 'NO_CHECKPOINT_YET', 'Nothing has been sequenced yet.');
    const body = Buffer.from(head.note, 'utf8');
    const etag = `"${Buffer.from(sha256(body)).toString('base64url')}"`;
    const headers = { etag, 'cache-control': 'no-cache' };
    if (isKnown(etag, known)) return { status: 304, headers, body: new Uint8Array(0) };
    return { status: 200, headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' }, body };
  }

  #keyEntries(): HttpAnswer {
    const headers = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' };
    return { status: 200, headers, body: Buffer.from(formatKeyEntries(this.#reader.keyEntries())) };
  }

  async #refusalOf(headers: IncomingHttpHeaders): Promise<HttpAnswer | undefined> {
    const authentication = await authenticate(this.#verifyToken, headers);
    if (!authentication.ok) return problem(401, authentication.code, 'Entries need the token of an inspector.');
    if (authentication.caller.role === 'inspector') return undefined;
    return problem(403, 'ROLE_NOT_PERMITTED', 'Entries are for inspectors.');
  }
}

/** If-None-Match, RFC 9110 section 13.1.2: a list of tags, compared weakly, or `*`. */
const isKnown = (etag: string, ifNoneMatch: string | undefined): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));

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

export const problem = (status: number, code: string, detail: string): HttpAnswer => ({
  status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  },
  body: Buffer.from(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail })),
});
