import { supergraphSdl } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayFault, Problem, sendProblem } from './problems.js';
import { LIMITS, type Limits, readRequest } from './request.js';
import { createRuntime } from './runtime.js';
import { stopping } from './stopping.js';

/** Something served beside GraphQL, by the beginning of its path. */
export interface Route {
  readonly prefix: string;
  handle(req: IncomingMessage, res: ServerResponse): void | Promise<void>;
}

export interface GatewayDeps {
  readonly node: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** GraphQL addresses of the node's subgraphs. */
  readonly subgraphs: { readonly handoff: string; readonly ledger: string };
  /** Throws an error with a `TOKEN_` code for a token that is missing or not to be believed. */
  readonly verifyToken: (token: string | undefined) => Promise<Caller>;
  readonly extraRoutes?: readonly Route[];
  readonly supergraph?: string;
  readonly limits?: Partial<Limits>;
  /** Whether the schema may be asked for. */
  readonly introspection?: boolean;
}

export interface Gateway {
  /** `http://host:port`; GraphQL is at `/graphql`. */
  readonly url: string;
  close(): Promise<void>;
}

const ANSWER_WITHIN_MS = 30_000;

/**
 * The public face of a node: authenticates, limits, and joins the subgraphs. Holds no rule and no data.
 * @throws GatewayFault `PORT_IN_USE`
 */
export const createGateway = async (deps: GatewayDeps): Promise<Gateway> => {
  const limits = { ...LIMITS, ...deps.limits };
  const { supergraph = supergraphSdl, introspection = false } = deps;
  const runtime = createRuntime({ supergraph, subgraphs: deps.subgraphs, limits, introspection });

  const graphql = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (req.method !== 'POST') throw new Problem(405, 'METHOD_NOT_ALLOWED', 'GraphQL is asked by POST.');
    await authenticate(req, deps.verifyToken);
    const request = await readRequest(req, limits);
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const { status, result } = await runtime.run(request, headersOf(req), signal);
    res
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(result));
  };

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/graphql') return graphql(req, res);
    const route = deps.extraRoutes?.find(({ prefix }) => path.startsWith(prefix));
    if (route !== undefined) return route.handle(req, res);
    if (path !== '/') throw new Problem(404, 'NOT_FOUND', 'There is nothing here.');
    res
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`Delta Hub node ${deps.node}. GraphQL: POST /graphql\n`);
  };

  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16_384 }, (req, res) => {
    answer(req, res).catch((error: unknown) => {
      sendProblem(
        res,
        error instanceof Problem ? error : new Problem(500, 'INTERNAL_SERVER_ERROR', 'The gateway could not answer.'),
      );
    });
  });
  const stop = stopping(server);
  await listen(server, deps).catch(async (error: unknown) => {
    await runtime.close();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${deps.host}:${port}`,
    close: async () => {
      await stop();
      await runtime.close();
    },
  };
};

const authenticate = async (req: IncomingMessage, verifyToken: GatewayDeps['verifyToken']): Promise<void> => {
  const [, token] = /^Bearer ([!-~]+)$/i.exec(req.headers.authorization ?? '') ?? [];
  try {
    await verifyToken(token);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('TOKEN_')) throw error;
    throw new Problem(401, code, 'A valid bearer token is required.');
  }
};

const headersOf = ({ headers }: IncomingMessage): Headers =>
  new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    ),
  );

const listen = (server: Server, { host, port }: GatewayDeps): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new GatewayFault('PORT_IN_USE', `port ${port} of ${host} is taken`, { cause: error })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
