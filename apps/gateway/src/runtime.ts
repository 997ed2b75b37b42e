import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import { FORWARDED, type ForwardedHeaders } from './headers.js';
import { explained, type GraphqlError, keepReasons, type Reasons } from './lost-answers.js';
import type { GraphqlRequest, Limits } from './request.js';

export interface RuntimeOptions {
  readonly supergraph: string;
  readonly subgraphs: { readonly handoff: string; readonly ledger: string };
  readonly limits: Limits;
  readonly introspection: boolean;
}

/** Codes that a subgraph or the gateway gives on purpose; any other error is masked. */
const OWN_CODE = /^[A-Z][A-Z_]+$/;
const UNREACHABLE = new Set(['SUBREQUEST_HTTP_ERROR', 'GATEWAY_TIMEOUT', 'RESPONSE_VALIDATION_FAILED']);
/** A subgraph answered with an error it did not mean to give: the runtime adds the first code where there was none. */
const UNMEANT = new Set(['DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR']);

/** What one request carries through the runtime. */
interface RequestContext {
  readonly reasons: Reasons;
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
      // An answer that points elsewhere is no answer: the token goes to no address but the two given.
      { onFetch: (payload) => payload.setOptions({ ...payload.options, redirect: 'error' }) },
      {
        onSubgraphExecute:
          ({ executionRequest: { context } }: { executionRequest: { context?: Partial<RequestContext> } }) =>
          ({ result }: { result: object }) =>
            context?.reasons && keepReasons(result, context.reasons),
      },
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
    upstreamTimeout: options.limits.answerWithin,
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
      headers: ForwardedHeaders,
    ): Promise<{ status: number; result: GraphqlResult }> => {
      const sent = { 'content-type': 'application/json', accept: 'application/json', ...headers };
      const init = { method: 'POST', headers: sent, body: JSON.stringify(request) };
      const reasons: Reasons = [];
      const answer = await runtime.fetch('http://gateway.invalid/graphql', init, { reasons });
      const { data, errors } = (await answer.json()) as GraphqlResult;
      return {
        // A query that ran is answered by 200, whatever status an error of a subgraph asks for.
        status: data === undefined ? answer.status : 200,
        result: {
          ...(data === undefined ? {} : { data }),
          ...(errors === undefined ? {} : { errors: explained(errors, reasons, request).map(cleaned) }),
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
