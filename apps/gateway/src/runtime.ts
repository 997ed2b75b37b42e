import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { GraphqlRequest, Limits } from './request.js';

export interface RuntimeOptions {
  readonly supergraph: string;
  readonly subgraphs: { readonly handoff: string; readonly ledger: string };
  readonly limits: Limits;
  readonly introspection: boolean;
}

/** The only headers that reach a subgraph. */
const FORWARDED = ['authorization', 'traceparent', 'x-request-id'] as const;

/** Codes that a subgraph or the gateway gives on purpose; any other error is masked. */
const OWN_CODE = /^[A-Z][A-Z_]+$/;
const UNREACHABLE = new Set(['SUBREQUEST_HTTP_ERROR', 'TIMEOUT', 'RESPONSE_VALIDATION_FAILED']);
/** A subgraph answered with an error it did not mean to give: the runtime adds the first code where there was none. */
const UNMEANT = new Set(['DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR']);

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly unknown[];
  readonly extensions?: { readonly code?: unknown };
}

export interface GraphqlResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphqlError[];
}

/** Plans and runs a query over both subgraphs of the committed supergraph; makes no other connection. */
export const createRuntime = (options: RuntimeOptions) => {
  const { handoff, ledger } = options.subgraphs;
  const runtime = createGatewayRuntime({
    supergraph: options.supergraph,
    transportEntries: { handoff: { location: handoff }, ledger: { location: ledger } },
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) =>
        Object.fromEntries(
          FORWARDED.flatMap((name) => (request.headers.has(name) ? [[name, request.headers.get(name) ?? '']] : [])),
        ),
    },
    plugins: () => [
      maxDepthPlugin({
        n: options.limits.depth,
        onReject: [refuse('QUERY_TOO_DEEP', `A query has at most ${options.limits.depth} levels.`)],
      }),
      maxAliasesPlugin({
        n: options.limits.aliases,
        allowList: ['__typename'],
        onReject: [refuse('TOO_MANY_ALIASES', `A query has at most ${options.limits.aliases} aliases.`)],
      }),
      ...(options.introspection
        ? []
        : [
            {
              onValidate: ({ addValidationRule }: { addValidationRule: (rule: unknown) => void }) =>
                addValidationRule(NoSchemaIntrospectionCustomRule),
            },
          ]),
    ],
    graphiql: false,
    landingPage: false,
    logging: false,
    maskedErrors: false,
    healthCheckEndpoint: '/unused-livez',
    readinessCheckEndpoint: '/unused-readyz',
  });
  return {
    run: async (
      request: GraphqlRequest,
      headers: Headers,
      signal: AbortSignal,
    ): Promise<{ status: number; result: GraphqlResult }> => {
      const forwarded = new Headers({ 'content-type': 'application/json', accept: 'application/json' });
      for (const name of FORWARDED) if (headers.has(name)) forwarded.set(name, headers.get(name) ?? '');
      const init = { method: 'POST', headers: forwarded, body: JSON.stringify(request), signal };
      const answer = await runtime.fetch('http://gateway.invalid/graphql', init);
      const { data, errors } = (await answer.json()) as GraphqlResult;
      return {
        status: answer.status,
        result: {
          ...(data === undefined ? {} : { data }),
          ...(errors === undefined ? {} : { errors: errors.map(cleaned) }),
        },
      };
    },
    close: async (): Promise<void> => runtime[Symbol.asyncDispose](),
  };
};

const refuse = (code: string, message: string) => (): never => {
  throw new GraphQLError(message, { extensions: { code } });
};

/** What a caller may read of an error: a code, a sentence and the place; nothing of addresses, requests or stacks. */
const cleaned = ({ message, path, extensions }: GraphqlError): GraphqlError => {
  const code = typeof extensions?.code === 'string' && OWN_CODE.test(extensions.code) ? extensions.code : undefined;
  const place = path === undefined ? {} : { path };
  if (code !== undefined && UNREACHABLE.has(code))
    return { message: 'A part of this node does not answer.', ...place, extensions: { code: 'SUBGRAPH_UNAVAILABLE' } };
  const isOfExecution = path !== undefined;
  if (code === undefined ? isOfExecution : UNMEANT.has(code))
    return { message: 'This node could not answer.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  // Without a code and a place in the answer it is the query that is wrong: GraphQL's own words say where.
  return { message, ...place, extensions: { code: code ?? 'GRAPHQL_VALIDATION_FAILED' } };
};
