import { supergraphSdl } from '@delta-hub/contracts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { authenticate, type VerifyToken } from './authenticate.js';
import { forwardedHeaders, traceOf } from './headers.js';
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
  readonly verifyToken: VerifyToken;
  readonly extraRoutes?: readonly Route[];
  /** SDL of the supergraph; the committed one unless given. */
  readonly supergraph?: string;
  readonly limits?: Partial<Limits>;
  /** Whether the schema may be asked for. */
  readonly introspection?: boolean;
  /** Told of every answer. */
  readonly answered?: (answer: Answered) => void;
  /** Begins the span of a request to GraphQL, in the trace of its caller where there is one. */
  readonly traced?: (traceparent: string | undefined) => RequestSpan;
}

/** One request as a part of a trace. */
export interface RequestSpan {
  /** What the services are given: their work belongs to this span. */
  readonly traceparent: string;
  end(status: number): void;
}

/** An answer as it may be counted. */
export interface Answered {
  /** `/graphql`, `/`, the prefix of an extra route, or `other`: never what a caller wrote. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

export interface Gateway {
  /** `http://host:port`; GraphQL is at `/graphql`. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new, lets answers under way end, ends idle connections. May be called again. */
  close(): Promise<void>;
}

/** How long a caller may take to send its headers and its body, in milliseconds, and how many bytes of headers. */
const READING = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16_384,
} as const;

/**
 * The public face of a node: authenticates, limits, and joins the subgraphs. Holds no rule and no data.
 * @throws GatewayFault `PORT_IN_USE`
 */
export const createGateway = async (deps: GatewayDeps): Promise<Gateway> => {
  const limits = { ...LIMITS, ...deps.limits };
  const { supergraph = supergraphSdl, introspection = false } = deps;
  const runtime = createRuntime({ supergraph, subgraphs: deps.subgraphs, limits, introspection });

  const extraRoute = (path: string): Route | undefined =>
    deps.extraRoutes?.find(({ prefix }) => path.startsWith(prefix));

  const graphql = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const span = deps.traced?.(traceOf(req.headers));
    if (span !== undefined) res.once('close', () => span.end(res.statusCode));
    if (req.method !== 'POST') throw new Problem(405, 'METHOD_NOT_ALLOWED', 'GraphQL is asked by POST.');
    await authenticate(req, deps.verifyToken);
    const request = await readRequest(req, limits);
    const headers = forwardedHeaders(req.headers, span?.traceparent);
    const { status, result } = await runtime.run(request, headers);
    res
      .writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        'x-request-id': headers['x-request-id'],
      })
      .end(JSON.stringify(result));
  };

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
    if (DOT_SEGMENT.test(path)) throw new Problem(404, 'NOT_FOUND', 'There is nothing here.');
    if (path === '/graphql') return graphql(req, res);
    const route = extraRoute(path);
    if (route !== undefined) return route.handle(req, res);
    if (path !== '/') throw new Problem(404, 'NOT_FOUND', 'There is nothing here.');
    res
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`Delta Hub node ${deps.node}. GraphQL: POST /graphql\n`);
  };

  const routeOf = (url: string): string => {
    const path = url.split('?', 1)[0]!;
    if (path === '/graphql' || path === '/') return path;
    return extraRoute(path)?.prefix ?? 'other';
  };
  const server = createServer(READING, (req, res) => {
    const began = performance.now();
    res.once('close', () =>
      deps.answered?.({
        route: routeOf(req.url ?? ''),
        status: res.statusCode,
        seconds: (performance.now() - began) / 1000,
      }),
    );
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
    url: `http://${isIPv6(deps.host) ? `[${deps.host}]` : deps.host}:${port}`,
    port,
    close: async () => {
      await stop();
      await runtime.close();
    },
  };
};

/** A path that climbs (`..`, also written `%2e`): no route may be entered by its prefix and left again. */
const DOT_SEGMENT = /(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i;

const listen = (server: Server, { host, port }: GatewayDeps): Promise<void> =>
  new Promise((resolve, reject) => {
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new GatewayFault('PORT_IN_USE', `port ${port} of ${host} is taken`, { cause: error })
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
