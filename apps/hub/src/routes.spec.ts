import { generateKeyPair } from '@delta-hub/crypto';
import type { LedgerApp } from '@delta-hub/ledger-app/service';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PeerLine } from './peer-line.js';
import { routesOf } from './routes.js';
import { follows, log, ToldNode } from './testing/told-node.js';

let node: ToldNode;
beforeEach(() => {
  node = new ToldNode();
});

const server = createServer((req, res) => {
  const routes = routesOf({
    keys: { keys: [] },
    ledger: {} as LedgerApp, // Not asked for its files here.
    ready: node.probe,
    metrics: () => Promise.resolve({ type: 'text/plain', body: '' }),
    line: new PeerLine(true),
  });
  void routes.find(({ prefix }) => req.url?.startsWith(prefix))?.handle(req, res);
});
let url: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const ask = async (path: string) => {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
};
const linesOf = async (path: string) => {
  const { status, body } = await ask(path);
  return { status, lines: body.split('\n').slice(0, -1) };
};

describe.each([
  ['/livez', 'alive'],
  ['/startupz', 'started'],
])('%s', (path, word) => {
  it('says one word, to programs and to people', async () => {
    expect(await ask(path)).toEqual({ status: 200, type: 'application/json', body: `{"status":"${word}"}` });
    const text = 'text/plain; charset=utf-8';
    expect(await ask(`${path}?verbose`)).toEqual({ status: 200, type: text, body: `${word}\n` });
  });

  it('says it also while the node is not ready: nobody starts it again for that', async () => {
    node.head = () => Promise.reject(new Error('gone'));
    expect((await ask('/readyz')).status).toBe(503);
    expect((await ask(path)).status).toBe(200);
  });
});

describe('/readyz', () => {
  it('shows to people every check on a line, and the verdict last', async () => {
    expect(await linesOf('/readyz?verbose')).toEqual({
      status: 200,
      lines: [
        ...['[+] sign pass', '[+] peers pass', '[+] store pass', '[+] broker pass', '[+] subscribers pass'],
        ...['[+] facts pass', '[+] checkpoint pass', '[+] witnesses pass', 'ready'],
      ],
    });
  });

  it.each<readonly [string, string, () => void]>([
    ['sign', 'what key 32/1 signs does not verify', () => (node.signing = generateKeyPair())],
    ['peers', 'no valid key of 31', () => (node.trusted = node.trusted.slice(0, 1))],
    [
      'store',
      'UNAVAILABLE',
      () => (node.head = () => Promise.reject(Object.assign(new Error(), { code: 'UNAVAILABLE' }))),
    ],
    ['broker', 'not reachable for consumer-31', () => (node.subscribers = [follows(-1)])],
    ['subscribers', 'stopped: consumer-31 POSITION_LOST', () => (node.subscribers = [follows(3, 'POSITION_LOST: 8')])],
    ['checkpoint', 'STORAGE_FULL', () => (node.ledger = { ...log, fault: { code: 'STORAGE_FULL', message: '' } })],
  ])('without %s it is 503 and says why: %s', async (check, why, hurt) => {
    hurt();
    const { status, lines } = await linesOf('/readyz?verbose');
    expect([status, lines.filter((line) => !line.startsWith('[+]'))]).toEqual([
      503,
      [`[-] ${check} fail: ${why}`, 'not ready'],
    ]);
    const told = await ask('/readyz');
    expect([told.status, (JSON.parse(told.body) as { checks: unknown[] }).checks]).toEqual([
      503,
      expect.arrayContaining([{ name: check, status: 'fail', detail: why }]),
    ]);
    expect((await linesOf(`/readyz?verbose&without=${check}`)).lines.at(-1)).toBe('ready');
  });

  it('does not wait for a store that does not answer', async () => {
    node.head = () => new Promise(() => undefined);
    const { status, lines } = await linesOf('/readyz?verbose');
    expect([status, lines[2]]).toEqual([503, '[-] store fail: no answer within 2000 ms']);
  });

  it('is 200 and says what somebody should look at when the node is degraded', async () => {
    const witnessing = { level: 'LOCAL', witnessedSize: 0, witnessedAge: undefined, isStale: true } as const;
    node.ledger = { ...log, witnessing: { ...witnessing, witnesses: [], clockBehind: 0, frozen: ['33'] } };
    const { status, lines } = await linesOf('/readyz?verbose');
    expect([status, lines.slice(-2)]).toEqual([
      200,
      ['[!] witnesses warn: no quorum of witnesses has cosigned within 90 s; the log of 33 has forked', 'degraded'],
    ]);
  });

  it('does not leave out a check that it does not know', async () => {
    expect(await ask('/readyz?verbose&without=everything')).toMatchObject({
      status: 400,
      body: expect.stringContaining('CHECK_UNKNOWN'),
    });
  });
});
