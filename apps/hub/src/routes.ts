import type { Jwks } from '@delta-hub/crypto';
import type { Route } from '@delta-hub/gateway-app';
import { verifierPath } from '@delta-hub/ledger-app';
import type { LedgerApp } from '@delta-hub/ledger-app/service';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PeerLine } from './peer-line.js';
import { passOn } from './proxy.js';
import { type Check, CHECKS, type ReadinessProbe } from './readiness.js';

interface Parts {
  readonly keys: Jwks;
  readonly ledger: LedgerApp;
  readonly ready: ReadinessProbe;
  /** The text for Prometheus, with its content type. */
  readonly metrics: () => Promise<{ readonly type: string; readonly body: string }>;
  readonly line: PeerLine;
}

/** More than any request of a witness protocol. */
const MOST_BYTES = 65_536;

/** What a node serves beside GraphQL: the log's files, its public keys, and whether it lives and is ready. */
export const routesOf = ({ keys, ledger, line, ready, metrics }: Parts): readonly Route[] => [
  {
    prefix: '/ledger/',
    handle: (req, res) => passOn(`${ledger.url}${req.url ?? ''}`, req, res),
  },
  {
    prefix: '/witness/',
    handle: async (req, res) => {
      if (!line.isUp) return json(res, 503, { code: 'LINE_CUT', detail: 'This node is off the line to the others.' });
      const body = req.method === 'POST' ? await bodyOf(req) : undefined;
      if (req.method === 'POST' && body === undefined) return json(res, 413, { code: 'TOO_LARGE' });
      const answer = await fetch(`${ledger.url}${req.url ?? ''}`, {
        method: req.method ?? 'GET',
        redirect: 'error',
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
      });
      for (const name of ['content-type', 'cache-control', 'retry-after']) {
        const value = answer.headers.get(name);
        if (value !== null) res.setHeader(name, value);
      }
      res.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    },
  },
  {
    prefix: '/evidence/',
    handle: async (req, res) => {
      const file = verifierPath((req.url ?? '').split('?', 1)[0]!.slice('/evidence/'.length));
      if (file === undefined) return json(res, 404, { code: 'NOT_A_RESOURCE' });
      res.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(await readFile(file.path));
    },
  },
  { prefix: '/.well-known/jwks.json', handle: (_req, res) => json(res, 200, keys) },
  // What is served is served when the node has started: both say no more than that.
  { prefix: '/livez', handle: (req, res) => said(req, res, 200, { status: 'alive' }, []) },
  { prefix: '/startupz', handle: (req, res) => said(req, res, 200, { status: 'started' }, []) },
  {
    prefix: '/readyz',
    handle: async (req, res) => {
      const without = queryOf(req).getAll('without');
      const unknown = without.find((name) => !CHECKS.some((check) => check === name));
      if (unknown !== undefined)
        return json(res, 400, { code: 'CHECK_UNKNOWN', detail: `The checks are ${CHECKS.join(', ')}.` });
      const readiness = await ready.ask(without);
      said(req, res, readiness.status === 'not ready' ? 503 : 200, readiness, readiness.checks);
    },
  },
  {
    prefix: '/metrics',
    handle: async (_req, res) => {
      const { type, body } = await metrics();
      res.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    },
  },
];

/** The body of a request, byte for byte; undefined when it is too long. */
const bodyOf = async (req: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length > MOST_BYTES) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
};

const queryOf = (req: IncomingMessage): URLSearchParams => new URLSearchParams((req.url ?? '').split('?', 2)[1]);

const MARKS = { pass: '[+]', warn: '[!]', fail: '[-]' } as const;

/** As JSON; with `?verbose` for people, one check a line, as Kubernetes' own components say it. */
const said = (
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: { readonly status: string },
  checks: readonly Check[],
): void => {
  if (!queryOf(req).has('verbose')) return json(res, status, body);
  const lines = checks.map(({ name, status: each, detail }) => {
    const why = detail === undefined ? '' : `: ${detail}`;
    return `${MARKS[each]} ${name} ${each}${why}`;
  });
  res.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end([...lines, body.status, ''].join('\n'));
};

const json = (res: ServerResponse, status: number, body: unknown): void => {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
