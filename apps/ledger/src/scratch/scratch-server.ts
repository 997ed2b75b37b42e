import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MAX_ENTRY_BYTES } from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import { TileApi } from '../tile-api.js';
import { openScratchLog, type ScratchLog } from './scratch-log.js';

export interface ScratchServer {
  /** `http://127.0.0.1:port`; checkpoint, tiles and entries lie directly below, `POST /add` takes a leaf. */
  readonly url: string;
  readonly vkey: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const RETRY_AFTER_SECONDS = '1';

/**
 * Serves a scratch log on the loopback interface, for development only: who calls says so by calling, and the command
 * line refuses it in production. Everyone may add and read.
 *
 * `POST /add`: the body is the leaf, the answer its index in decimal, once it is durable under a signed head; `413` for
 * more than 65,535 bytes, `503` with `Retry-After` when too many wait, `500` when the log has stopped.
 * @throws LedgerFault as every log; `PORT_IN_USE`
 */
export const serveScratchLog = async (directory: string, port: number): Promise<ScratchServer> => {
  const log = openScratchLog(directory);
  const reader = { officerId: 'anyone', role: 'inspector', agencyId: 'none', node: '00' } as const;
  const api = new TileApi(log.reader, () => Promise.resolve(reader));
  const server = createServer((request, response) => {
    answer(log, api, request, response).catch((error: unknown) => {
      const code = error instanceof LedgerFault ? error.code : 'FAILED';
      send(response, 500, `${code}\n`);
    });
  });
  server.listen({ port, host: HOST, backlog: 4096 });
  try {
    await once(server, 'listening');
  } catch (cause) {
    log.close();
    throw new LedgerFault('PORT_IN_USE', `port ${port} of ${HOST} is not free`, undefined, { cause });
  }
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    vkey: log.vkey,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      log.close();
    },
  };
};

const answer = async (
  { queue }: ScratchLog,
  api: TileApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const path = (request.url ?? '').slice(1);
  if (request.method === 'POST' && path === 'add') {
    const leaf = await bodyOf(request);
    if (leaf === undefined) return send(response, 413, 'TOO_LARGE\n', { connection: 'close' });
    const index = await queue.add(leaf);
    if (index === undefined) return send(response, 503, 'BUSY\n', { 'retry-after': RETRY_AFTER_SECONDS });
    return send(response, 200, String(index));
  }
  if (request.method !== 'GET') return send(response, 405, 'METHOD_NOT_ALLOWED\n', { allow: 'GET, POST' });
  const { status, headers, body } = await api.answer(path, request.headers);
  response.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
};

const send = (
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': text.length, ...headers }).end(text);
};

/** The body of a request; undefined when it is larger than a leaf may be. */
const bodyOf = async (request: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_ENTRY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};
