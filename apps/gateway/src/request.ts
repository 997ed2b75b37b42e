import { GraphQLError, parse } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { Problem } from './problems.js';

/** One GraphQL request, checked for shape and size. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface Limits {
  /** Bytes of a request's body. */
  readonly body: number;
  /** Lexical tokens of a query. */
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  /** Levels of objects and lists in the variables. */
  readonly variableDepth: number;
  /** Milliseconds a subgraph has for each answer; after that it counts as unavailable. */
  readonly answerWithin: number;
}

export const LIMITS: Limits = {
  body: 256 * 1024,
  tokens: 2_000,
  depth: 12,
  aliases: 30,
  variableDepth: 32,
  answerWithin: 30_000,
};

/** Reads one GraphQL request. @throws Problem `BODY_TOO_LARGE`, `MALFORMED_JSON`, `BATCHING_REFUSED`, `REQUEST_INVALID`, `QUERY_TOO_LARGE`, `QUERY_INVALID` */
export const readRequest = async (req: IncomingMessage, limits: Limits): Promise<GraphqlRequest> => {
  const value = parseJson(await readBody(req, limits.body));
  if (Array.isArray(value)) throw new Problem(400, 'BATCHING_REFUSED', 'One request at a time.');
  if (!isRequest(value))
    throw new Problem(
      400,
      'REQUEST_INVALID',
      'The body is {"query": text, "variables"?: object, "operationName"?: text}.',
    );
  checkQuery(value.query, limits.tokens);
  if (nestsDeeper(value.variables, limits.variableDepth))
    throw new Problem(400, 'REQUEST_INVALID', `Variables have at most ${limits.variableDepth} levels.`);
  const { query, variables, operationName } = value;
  return { query, ...(variables == null ? {} : { variables }), ...(operationName == null ? {} : { operationName }) };
};

const readBody = async (req: IncomingMessage, limit: number): Promise<Buffer> => {
  const tooLarge = new Problem(413, 'BODY_TOO_LARGE', `A request has at most ${limit} bytes.`);
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parseJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Problem(400, 'MALFORMED_JSON', 'The body is not JSON in UTF-8.');
  }
};

const isRequest = (value: unknown): value is GraphqlRequest => {
  if (typeof value !== 'object' || value === null) return false;
  const { query, variables, operationName } = value as Record<string, unknown>;
  const hasVariables = variables == null || (typeof variables === 'object' && !Array.isArray(variables));
  return typeof query === 'string' && hasVariables && (operationName == null || typeof operationName === 'string');
};

const nestsDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => nestsDeeper(inner, levels - 1)));

const checkQuery = (query: string, tokens: number): void => {
  try {
    parse(query, { maxTokens: tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const isTooLarge = error.message.includes('token');
    throw isTooLarge && error.message.includes(String(tokens))
      ? new Problem(400, 'QUERY_TOO_LARGE', `A query has at most ${tokens} tokens.`)
      : new Problem(400, 'QUERY_INVALID', error.message);
  }
};
