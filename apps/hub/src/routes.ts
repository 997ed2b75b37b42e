import type { Jwks } from '@delta-hub/crypto';
import type { Route } from '@delta-hub/gateway-app';
import type { HandoffApp } from '@delta-hub/handoff-app';
import type { LedgerApp } from '@delta-hub/ledger-app';
import type { ServerResponse } from 'node:http';

interface Parts {
  readonly keys: Jwks;
  readonly handoff: HandoffApp;
  readonly ledger: LedgerApp;
}

/** What a node serves beside GraphQL: the log's files, its public keys, and whether it lives and is ready. */
export const routesOf = ({ keys, handoff, ledger }: Parts): readonly Route[] => [
  {
    prefix: '/ledger/',
    handle: async (req, res) => {
      const headers = req.headers.authorization === undefined ? {} : { authorization: req.headers.authorization };
      const answer = await fetch(`${ledger.url}${req.url ?? ''}`, { headers, redirect: 'error' });
      for (const name of ['content-type', 'cache-control', 'vary', 'www-authenticate']) {
        const value = answer.headers.get(name);
        if (value !== null) res.setHeader(name, value);
      }
      res.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    },
  },
  { prefix: '/.well-known/jwks.json', handle: (_req, res) => json(res, 200, keys) },
  { prefix: '/livez', handle: (_req, res) => json(res, 200, { status: 'alive' }) },
  {
    prefix: '/readyz',
    handle: async (_req, res) => {
      const [log, subscribers] = await Promise.all([ledger.health(), handoff.subscribers()]);
      const isReady = log.fault === undefined && subscribers.every(({ fault }) => fault === undefined);
      json(res, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', ledger: log, subscribers });
    },
  },
];

const json = (res: ServerResponse, status: number, body: unknown): void => {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
