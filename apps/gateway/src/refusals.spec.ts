import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Answer, ask, PERSON, post, type SampleNode, startNode, TOKEN } from './testing/node.js';

let node: SampleNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const expectProblem = ({ status, headers, body }: Answer, expected: { status: number; code: string }): void => {
  expect({ status, code: body.code }).toEqual(expected);
  expect(body).toMatchObject({ type: 'about:blank', title: STATUS_CODES[status], status });
  expect(body.detail).toMatch(/\S/);
  expect(headers.get('content-type')).toBe('application/problem+json');
};

/** A body whose length is not announced. */
const streamed = (text: string): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });

describe('tokens', () => {
  it.each([
    ['a token not believed', 'Bearer other', 'TOKEN_ISSUER'],
    ['no token', '', 'TOKEN_MISSING'],
    ['another scheme', 'Basic Z29vZA==', 'TOKEN_MISSING'],
  ])('%s is refused before anything is read', async (_what, authorization, code) => {
    const answer = await post(node.gateway, 'not even JSON', { authorization });
    expectProblem(answer, { status: 401, code });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it.each(['MALFORMED', 'EXPIRED', 'ISSUER', 'AUDIENCE', 'SIGNATURE', 'CLAIMS'])('TOKEN_%s is told', async (name) => {
    const code = `TOKEN_${name}`;
    const verifyToken = () => Promise.reject(Object.assign(new Error('secret'), { code }));
    const refusing = await startNode({ verifyToken });
    const answer = await ask(refusing.gateway, '{ __typename }');
    await refusing.close();
    expectProblem(answer, { status: 401, code });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('a fault of the check is no verdict on the token', async () => {
    const faulty = await startNode({ verifyToken: () => Promise.reject(new Error('secret')) });
    const answer = await ask(faulty.gateway, '{ __typename }');
    await faulty.close();
    expectProblem(answer, { status: 500, code: 'INTERNAL_SERVER_ERROR' });
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });
});

describe('bodies', () => {
  const padded = (bytes: number): string => JSON.stringify({ query: '{ __typename }' }).padEnd(bytes);
  const limit = 256 * 1024;

  it('of exactly the limit are read', async () => {
    expect((await post(node.gateway, padded(limit))).status).toBe(200);
    expect((await post(node.gateway, streamed(padded(limit)))).status).toBe(200);
  });

  it('above it are refused, their length announced or not', async () => {
    const expected = { status: 413, code: 'BODY_TOO_LARGE' };
    expectProblem(await post(node.gateway, padded(limit + 1)), expected);
    expectProblem(await post(node.gateway, streamed(padded(limit + 1))), expected);
  });

  it.each([
    ['half of JSON', '{"query":', 'MALFORMED_JSON'],
    ['nothing', '', 'MALFORMED_JSON'],
    ['a batch', '[{"query":"{ __typename }"}]', 'BATCHING_REFUSED'],
    ['null', 'null', 'REQUEST_INVALID'],
    ['no query', '{}', 'REQUEST_INVALID'],
    ['a query that is no text', '{"query":1}', 'REQUEST_INVALID'],
    ['variables that are a list', '{"query":"{ __typename }","variables":[]}', 'REQUEST_INVALID'],
    ['an operation name that is no text', '{"query":"{ __typename }","operationName":1}', 'REQUEST_INVALID'],
    ['not GraphQL', '{"query":"{ person("}', 'QUERY_INVALID'],
    ['not GraphQL but about tokens', '{"query":"token 2000 }"}', 'QUERY_INVALID'],
  ])('%s', async (_what, body, code) => {
    expectProblem(await post(node.gateway, body), { status: 400, code });
  });

  it('above it are refused while the client is still sending', async () => {
    const client = request(`${node.gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'transfer-encoding': 'chunked' },
    });
    client.write(padded(limit + 1));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(response.headers.connection).toBe('close');
    expect(await json(response)).toMatchObject({ code: 'BODY_TOO_LARGE' });
    client.destroy();
  });

  it('of variables without a bottom are refused', async () => {
    const variables = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const body = (levels: number) => `{"query":"{ __typename }","variables":${variables(levels)}}`;
    expect((await post(node.gateway, body(32))).status).toBe(200);
    for (const levels of [33, 20_000])
      expectProblem(await post(node.gateway, body(levels)), { status: 400, code: 'REQUEST_INVALID' });
  });

  it('not in UTF-8 are refused', async () => {
    const body = new Uint8Array([0x22, 0xff, 0x22]);
    expectProblem(await post(node.gateway, body), { status: 400, code: 'MALFORMED_JSON' });
  });
});

describe('queries', () => {
  const codes = ({ body }: Answer): string[] => (body.errors ?? []).map(({ extensions }) => extensions.code);
  const nested = (levels: number): string =>
    `{ person(id: "${PERSON}") { ${'transfers { person { '.repeat(levels)} id ${'} }'.repeat(levels)} } }`;
  const aliased = (count: number): string =>
    `{ person(id: "${PERSON}") { ${Array.from({ length: count }, (_, n) => `a${n}: id`).join(' ')} } }`;

  it('of too many tokens are refused', async () => {
    const answer = await ask(node.gateway, `{ ${'__typename '.repeat(2_000)} }`);
    expectProblem(answer, { status: 400, code: 'QUERY_TOO_LARGE' });
  });

  it('too deep are refused and reach no subgraph', async () => {
    const before = node.handoff.seen.length;
    const answer = await ask(node.gateway, nested(6));
    expect(codes(answer)).toEqual(['QUERY_TOO_DEEP']);
    expect(answer.body).not.toHaveProperty('data.person');
    expect(node.handoff.seen).toHaveLength(before);
  });

  it('too deep through a fragment are refused too', async () => {
    const inner = `transfers { person { ${'transfers { person { '.repeat(5)} id ${'} }'.repeat(5)} } }`;
    const answer = await ask(node.gateway, `{ person(id: "${PERSON}") { ...F } } fragment F on Person { ${inner} }`);
    expect(codes(answer)).toEqual(['QUERY_TOO_DEEP']);
  });

  it('with as many aliases as allowed run, with one more they do not', async () => {
    expect((await ask(node.gateway, aliased(30))).body).not.toHaveProperty('errors');
    expect(codes(await ask(node.gateway, aliased(31)))).toEqual(['TOO_MANY_ALIASES']);
  });

  it('of fields that are not there fail in the words of GraphQL', async () => {
    expect(codes(await ask(node.gateway, '{ nothing }'))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('for the schema are refused unless the node allows them', async () => {
    const query = '{ __schema { queryType { name } } }';
    const refused = await ask(node.gateway, query);
    expect(refused.body).not.toHaveProperty('data.__schema');
    expect(new Set(codes(refused))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
    const open = await startNode({ introspection: true });
    const allowed = await ask(open.gateway, query);
    await open.close();
    expect(allowed.body).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });
});
