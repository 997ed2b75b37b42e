import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from '@jest/globals';
import { passOn } from './proxy.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const served = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Something that answers, and what passes on to it. */
const behind = async (listener: RequestListener): Promise<string> => {
  const url = await served(listener);
  return served((req, res) => void passOn(`${url}${req.url}`, req, res).catch(() => res.writeHead(502).end()));
};

const ask = async (url: string, method = 'GET', headers: Record<string, string> = {}): Promise<IncomingMessage> => {
  const [answer] = (await once(request(url, { method, headers, agent: false }).end(), 'response')) as [IncomingMessage];
  return answer;
};

it('leaves an answer as it is: status, headers and compressed bytes', async () => {
  const body = gzipSync('entries');
  const seen: IncomingMessage[] = [];
  const url = await behind((req, res) => {
    seen.push(req);
    const headers = {
      ...{ 'content-type': 'a/b', 'content-encoding': 'gzip', 'content-length': body.length, etag: '"e"' },
      ...{ 'content-disposition': 'attachment', 'x-own': '1' },
    };
    res.writeHead(203, headers).end(body);
  });
  const headers = { authorization: 'Bearer t', 'accept-encoding': 'gzip', 'if-none-match': '"x"', cookie: 'c' };
  const answer = await ask(`${url}/a?b=1`, 'GET', headers);
  expect(seen[0]).toMatchObject({ method: 'GET', url: '/a?b=1' });
  expect(seen[0]!.headers).toMatchObject({
    authorization: 'Bearer t',
    'accept-encoding': 'gzip',
    'if-none-match': '"x"',
  });
  expect(seen[0]!.headers).not.toHaveProperty('cookie');
  expect(answer.statusCode).toBe(203);
  expect(answer.headers).toMatchObject({
    ...{ 'content-type': 'a/b', 'content-encoding': 'gzip', 'content-length': String(body.length), etag: '"e"' },
    'content-disposition': 'attachment',
  });
  expect(answer.headers).not.toHaveProperty('x-own');
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  expect(gunzipSync(Buffer.concat(parts)).toString()).toBe('entries');
});

it('passes HEAD on, with the length and without a body', async () => {
  const url = await behind((req, res) =>
    res.writeHead(req.method === 'HEAD' ? 200 : 500, { 'content-length': 7 }).end(),
  );
  const answer = await ask(url, 'HEAD');
  expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, '7']);
});

it('gives the first part before the last is there', async () => {
  const go = Promise.withResolvers<void>();
  const url = await behind((_req, res) => {
    res.write('first');
    void go.promise.then(() => res.end('last'));
  });
  const answer = await ask(url);
  const parts = answer[Symbol.asyncIterator]();
  expect(String((await parts.next()).value)).toBe('first');
  go.resolve();
  expect(String((await parts.next()).value)).toBe('last');
});

it('does not take more than the caller reads, and stops when the caller goes', async () => {
  const full = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const url = await behind((_req, res) => {
    const fill = (): void => {
      if (res.write(Buffer.alloc(65_536))) setImmediate(fill);
      else full.resolve();
    };
    fill();
    res.once('close', () => gone.resolve());
  });
  const answer = await ask(url);
  await full.promise;
  answer.destroy();
  await gone.promise;
});

it('breaks off where the answer breaks off, and says when there is none', async () => {
  const url = await behind((_req, res) => {
    res.writeHead(200, { 'content-length': 100 }).write('half');
    setImmediate(() => res.destroy());
  });
  const answer = await ask(url);
  await expect(
    (async () => {
      for await (const part of answer) void part;
    })(),
  ).rejects.toThrow('aborted');
  const away = await served(
    (req, res) => void passOn('http://127.0.0.1:1', req, res).catch(() => res.writeHead(502).end()),
  );
  expect((await ask(away)).statusCode).toBe(502);
});
