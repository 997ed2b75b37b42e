import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Answer, ask, PERSON, type SampleNode, startNode } from './testing/node.js';

const JOINED = `{ person(id: "${PERSON}") { id transfers { id ledger { index } } } }`;
const UNAVAILABLE = { message: 'A part of this node does not answer.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } };

let good: SampleNode;
let noise: string[];
beforeAll(async () => {
  good = await startNode();
});
afterAll(() => good.close());
beforeEach(() => {
  noise = [];
  const record = (chunk: unknown): boolean => noise.push(String(chunk)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(record);
  jest.spyOn(process.stderr, 'write').mockImplementation(record);
  for (const name of ['debug', 'error', 'info', 'log', 'warn'] as const)
    jest.spyOn(console, name).mockImplementation(record);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const listening = async (listener: RequestListener): Promise<{ server: Server; url: string }> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` };
};

/** What a caller reads while the ledger subgraph answers like this. */
const askBeside = async (listener: RequestListener, answerWithin?: number): Promise<Answer> => {
  const { server, url } = await listening(listener);
  const node = await startNode({
    subgraphs: { handoff: good.handoff.url, ledger: url },
    ...(answerWithin === undefined ? {} : { limits: { answerWithin } }),
  });
  try {
    return await ask(node.gateway, JOINED);
  } finally {
    server.close();
    server.closeAllConnections();
    await node.close();
  }
};

const expectUnavailable = ({ status, body }: Answer): void => {
  expect(status).toBe(200);
  expect(body.errors).toEqual([expect.objectContaining(UNAVAILABLE)]);
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|ECONN|graphql|secret|at .*:\d+/);
  expect(noise).toEqual([]);
};

describe('a subgraph is SUBGRAPH_UNAVAILABLE, and neither its address nor a stack is said', () => {
  it('when nothing listens', async () => {
    const node = await startNode();
    await node.ledger.close();
    const answer = await ask(node.gateway, JOINED);
    await node.close();
    expectUnavailable(answer);
  });

  it.each<[string, RequestListener]>([
    ['drops the connection', (req) => void req.socket.destroy()],
    ['answers with a page', (_req, res) => void res.writeHead(500, { 'content-type': 'text/html' }).end('<p>secret')],
    ['answers something else', (_req, res) => void res.setHeader('content-type', 'application/json').end('{"a":1}')],
  ])('when it %s', async (_what, listener) => {
    expectUnavailable(await askBeside(listener));
  });

  it('when it does not answer in time', async () => {
    expectUnavailable(await askBeside(() => undefined, 500));
  });

  it('when it points elsewhere, where nobody goes with the token', async () => {
    const visits: unknown[] = [];
    const elsewhere = await listening((req, res) => {
      visits.push(req.headers);
      res.end('{}');
    });
    const answer = await askBeside((_req, res) => void res.writeHead(307, { location: elsewhere.url }).end());
    elsewhere.server.close();
    elsewhere.server.closeAllConnections();
    expectUnavailable(answer);
    expect(visits).toEqual([]);
  });
});

describe('a gateway', () => {
  it('connects to its subgraphs and to nothing else', async () => {
    const ports: (number | undefined)[] = [];
    const onSocket = (message: unknown): void => {
      const { socket } = message as { socket: Socket };
      socket.once('connect', () => ports.push(socket.remotePort));
      socket.once('error', () => ports.push(undefined));
    };
    subscribe('net.client.socket', onSocket);
    const node = await startNode();
    await ask(node.gateway, JOINED);
    await ask(node.gateway, '{ nothing }');
    const own = [node.gateway.url, node.handoff.url, node.ledger.url].map((url) => Number(new URL(url).port));
    await node.close();
    unsubscribe('net.client.socket', onSocket);
    expect(new Set(ports)).toEqual(new Set(own));
    expect(noise).toEqual([]);
  });
});
