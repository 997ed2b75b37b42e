import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { createGateway } from './gateway.js';
import { ask, FAILING, PERSON, post, type SampleNode, startNode, TRANSFER } from './testing/node.js';

const JOINED = `{ person(id: "${PERSON}") {
  answerable { agency { id } }
  transfers { status ledger { index proof { treeSize } } }
} }`;

let node: SampleNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

describe('joining', () => {
  it('joins a person of one subgraph with the log of the other', async () => {
    const { status, headers, body } = await ask(node.gateway, JOINED);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const ledger = [7, 8].map((index) => ({ index, proof: { treeSize: 12 } }));
    expect(body).toEqual({
      data: {
        person: { answerable: { agency: { id: 'A-310118' } }, transfers: [{ status: 'COMPLETED', ledger }] },
      },
    });
  });

  it('joins a fact with its entry', async () => {
    const { body } = await ask(node.gateway, `{ transfer(id: "${TRANSFER}") { facts { type ledger { index } } } }`);
    expect(body).toEqual({ data: { transfer: { facts: [{ type: 'opened', ledger: { index: 7 } }] } } });
  });

  it('takes variables and the name of an operation', async () => {
    const query = 'query A { __typename } query B($id: ID!) { person(id: $id) { id } }';
    const { body } = await post(node.gateway, JSON.stringify({ query, operationName: 'B', variables: { id: PERSON } }));
    expect(body).toEqual({ data: { person: { id: PERSON } } });
  });
});

describe('errors of a subgraph', () => {
  it('keep their code, words and place, and lose everything else', async () => {
    const { body } = await ask(node.gateway, `{ person(id: "${FAILING.coded}") { id } }`);
    expect(body).toEqual({
      data: { person: null },
      errors: [{ message: 'Not for this role.', path: ['person'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it.each([FAILING.uncoded, FAILING.internal])('not meant for a caller are masked: %s', async (id) => {
    const { body } = await ask(node.gateway, `{ person(id: "${id}") { id } }`);
    const error = { message: 'This node could not answer.', path: ['person'] };
    expect(body.errors).toEqual([{ ...error, extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  });
});

describe('a field that must not be null and fails', () => {
  const WORKLIST = 'worklist { edges { cursor } }';
  const QUARANTINE = 'quarantine { edges { cursor } }';
  const PARTS = ['transfer(id: "T") { status }', WORKLIST, QUARANTINE, `person(id: "${PERSON}") { id }`];
  const orders = PARTS.map((_, n) => [...PARTS.slice(n), ...PARTS.slice(0, n)]);
  const beside = [
    [QUARANTINE],
    [WORKLIST, QUARANTINE],
    [QUARANTINE, WORKLIST],
    ...orders,
    ...orders.map((one) => one.toReversed()),
    ['ledgerEntry(eventId: "F-1") { index }', ...PARTS],
  ];

  it.each(beside.map((fields) => fields.join(' ')))('takes the whole answer and says why: %s', async (fields) => {
    const { status, body } = await ask(node.gateway, `{ ${fields} }`);
    const error = { message: 'Only operators.', path: ['quarantine'], extensions: { code: 'FORBIDDEN' } };
    expect({ status, body }).toEqual({ status: 200, body: { data: null, errors: [error] } });
  });

  it('is told by the name that the caller gave it', async () => {
    const plain = `{ ${WORKLIST} mine: ${QUARANTINE} person(id: "P") { id } }`;
    const inFragments = `{ ${WORKLIST} ...F } fragment F on Query { ... { mine: ${QUARANTINE} } }`;
    for (const query of [plain, inFragments]) {
      const { body } = await ask(node.gateway, query);
      expect(body.errors).toMatchObject([{ path: ['mine'], extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it('is told beside another that fails', async () => {
    const { body } = await ask(node.gateway, `{ person(id: "${FAILING.internal}") { id } ${WORKLIST} ${QUARANTINE} }`);
    const codes = (body.errors ?? []).map(({ extensions }) => extensions.code);
    expect(codes.toSorted()).toEqual(['FORBIDDEN', 'INTERNAL_SERVER_ERROR']);
  });
});

describe('beside GraphQL', () => {
  it('answers an unknown path by a 404 problem', async () => {
    const response = await fetch(`${node.gateway.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('lets nobody enter a route by its prefix and leave it again', async () => {
    const { gateway, close } = await startNode({
      extraRoutes: [{ prefix: '/log/', handle: (_req, res) => void res.end('reached') }],
    });
    const statusOf = async (path: string): Promise<number | undefined> => {
      const client = request({ host: '127.0.0.1', port: gateway.port, path }).end();
      const [response] = (await once(client, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await statusOf('/log/a..b')).toBe(200);
    for (const path of ['/log/../graphql', '/log/%2E%2e/graphql', '/log/..', '/log/.%2e\\graphql'])
      expect(await statusOf(path)).toBe(404);
    await close();
  });

  it('refuses GET for GraphQL', async () => {
    const response = await fetch(`${node.gateway.url}/graphql?query={__typename}`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  it('says at its root which node it is', async () => {
    const response = await fetch(node.gateway.url);
    expect(await response.text()).toContain('node sh');
  });

  it('serves extra routes without a token, and hides how one failed', async () => {
    const { gateway, close } = await startNode({
      extraRoutes: [
        { prefix: '/checkpoint', handle: (_req, res) => void res.end('size 12') },
        { prefix: '/broken', handle: () => Promise.reject(new Error('secret')) },
      ],
    });
    const served = await (await fetch(`${gateway.url}/checkpoint`)).text();
    const broken = await fetch(`${gateway.url}/broken`);
    const text = await broken.text();
    await close();
    expect(served).toBe('size 12');
    expect(broken.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(text).not.toContain('secret');
  });
});

describe('starting and stopping', () => {
  it('says that a port is taken', async () => {
    const { port } = node.gateway;
    const subgraphs = { handoff: node.handoff.url, ledger: node.ledger.url };
    const verifyToken = () => Promise.reject(new Error('not asked'));
    await expect(createGateway({ node: 'sh', host: '127.0.0.1', port, subgraphs, verifyToken })).rejects.toMatchObject({
      name: 'GatewayFault',
      code: 'PORT_IN_USE',
    });
  });

  it('stops twice, with a kept-alive connection open', async () => {
    const { gateway, close } = await startNode();
    await ask(gateway, JOINED);
    await Promise.all([gateway.close(), gateway.close()]);
    await close();
    await expect(fetch(gateway.url)).rejects.toThrow();
  });

  it('stops with a connection open on which nothing was asked', async () => {
    const { gateway, close } = await startNode();
    const silent = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    await once(silent, 'connect');
    // An answer on a later connection: the silent one has been accepted.
    await ask(gateway, '{ __typename }');
    silent.resume();
    await Promise.all([once(silent, 'close'), close()]);
  });

  it('lets a request under way end before it stops', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    const { gateway, close } = await startNode({
      extraRoutes: [{ prefix: '/held', handle: (_req, res) => held.resolve(res) }],
    });
    const answer = fetch(`${gateway.url}/held`);
    const res = await held.promise;
    const closed = close();
    res.end('done');
    expect(await (await answer).text()).toBe('done');
    await closed;
  });
});
