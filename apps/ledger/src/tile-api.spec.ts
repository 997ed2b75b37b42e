import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  decodeEntryBundle,
  hashesOf,
  parseNote,
  parseTreeHead,
  rootOfLeaves,
  tilesOf,
  tilePath,
} from '@delta-hub/ledger';
import { verifyLedger } from './index.js';
import { createLedgerApp, type LedgerApp } from './service.js';
import { sha256Tree } from './log-identity.js';
import { sampleDeps } from './testing/sample-app.js';
import { SampleNode } from './testing/sample-node.js';

const SIZE = 300;
let node: SampleNode;
let app: LedgerApp;

beforeAll(async () => {
  node = new SampleNode();
  await node.append(SIZE);
  app = await createLedgerApp(sampleDeps(node));
  await app.sequencer.waitFor(BigInt(SIZE));
});

afterAll(async () => {
  await app.close();
  node.remove();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${app.url}/ledger/${path}`, { headers });
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer());
const inspector = { authorization: 'Bearer inspector' };
const plain = { ...inspector, 'accept-encoding': 'identity' };

describe('https://c2sp.org/tlog-tiles', () => {
  it('serves the checkpoint as text that is not cached', async () => {
    const response = await get('checkpoint');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const { text } = parseNote(await response.text())!;
    expect(parseTreeHead(text, 32)).toMatchObject({ origin: 'delta-hub.cn/ledger/32', size: SIZE });
  });

  it('serves every tile of the tree, for ever the same', async () => {
    for (const tile of tilesOf(SIZE)) {
      const response = await get(tilePath(tile));
      expect([tilePath(tile), response.status]).toEqual([tilePath(tile), 200]);
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(await bytesOf(response)).toHaveLength(tile.width * 32);
    }
  });

  it('serves partial tiles of earlier trees too', async () => {
    const full = await bytesOf(await get('tile/0/000'));
    expect(await bytesOf(await get('tile/0/000.p/7'))).toEqual(full.subarray(0, 7 * 32));
  });

  it('holds in a tile the root of the tile below', async () => {
    const below = await bytesOf(await get('tile/0/000'));
    const [above] = hashesOf(sha256Tree, await bytesOf(await get('tile/1/000.p/1')));
    expect(Buffer.from(above!)).toEqual(Buffer.from(rootOfLeaves(sha256Tree, hashesOf(sha256Tree, below))));
  });

  it('serves entries to inspectors: the very bytes of the event store', async () => {
    const response = await get('tile/entries/001.p/44', inspector);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    const entries = decodeEntryBundle(await bytesOf(response))!;
    expect(entries.map((entry) => Buffer.from(entry).toString('latin1'))).toEqual(
      node.events.all.slice(256).map(({ data }) => Buffer.from(data).toString('latin1')),
    );
  });

  it.each([
    ['gzip, br', 'gzip'],
    ['identity', null],
    ['gzip;q=0', null],
  ])('compresses entries where the client accepts it: %s', async (accepted, encoding) => {
    const response = await get('tile/entries/000', { ...inspector, 'accept-encoding': accepted });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('Authorization, Accept-Encoding');
    // `fetch` has decompressed it already.
    expect(decodeEntryBundle(await bytesOf(response))).toHaveLength(256);
  });

  it.each(['checkpoint', 'tile/0/000', 'tile/entries/001.p/44'])(
    'answers HEAD as GET, without a body: %s',
    async (path) => {
      const [got, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => fetch(`${app.url}/ledger/${path}`, { method, headers: plain })),
      );
      expect([head!.status, await head!.text()]).toEqual([200, '']);
      const length = String((await bytesOf(got!)).length);
      for (const name of ['content-type', 'cache-control', 'content-length', 'etag', 'vary'])
        expect([name, head!.headers.get(name)]).toEqual([name, got!.headers.get(name)]);
      expect(head!.headers.get('content-length')).toBe(length);
    },
  );

  it('gives the checkpoint again only when it is another one', async () => {
    const etag = (await get('checkpoint')).headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await get('checkpoint', { 'if-none-match': known });
      expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
    }
    for (const known of ['"x"', etag.slice(1, -1)])
      expect((await get('checkpoint', { 'if-none-match': known })).status).toBe(200);
  });

  it('can be verified whole from outside', async () => {
    const report = await verifyLedger({ url: `${app.url}/ledger`, token: 'inspector' }, node.trust, { node: '32' });
    expect(report).toMatchObject({ ok: true, size: SIZE, counts: { entries: SIZE, tileHashes: SIZE + 1, heads: 1 } });
  });
});

describe('what is not served', () => {
  const problem = async (response: Response): Promise<unknown> => {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    return response.json();
  };

  it.each([
    ['tile/0/002', 'NOT_IN_THE_TREE'],
    ['tile/0/001', 'NOT_IN_THE_TREE'],
    ['tile/0/001.p/45', 'NOT_IN_THE_TREE'],
    ['tile/2/000.p/1', 'NOT_IN_THE_TREE'],
    ['tile/0/0', 'NOT_A_RESOURCE'],
    ['tile/00/000', 'NOT_A_RESOURCE'],
    ['tile/0/000.p/256', 'NOT_A_RESOURCE'],
    ['tile/x/000', 'NOT_A_RESOURCE'],
    ['tile/0/..%2f000', 'NOT_A_RESOURCE'],
    ['checkpoint/', 'NOT_A_RESOURCE'],
    ['ledger.db', 'NOT_A_RESOURCE'],
  ])('%s is 404 %s', async (path, code) => {
    const response = await get(path, inspector);
    expect(response.status).toBe(404);
    expect(await problem(response)).toMatchObject({ type: 'about:blank', title: 'Not Found', status: 404, code });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is 405, whatever the path', async (method) => {
    for (const path of ['checkpoint', 'tile/0/000', 'tile/entries/000', 'ledger.db']) {
      const response = await fetch(`${app.url}/ledger/${path}`, { method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect(await problem(response)).toMatchObject({ title: 'Method Not Allowed', code: 'METHOD_NOT_ALLOWED' });
    }
  });

  it.each([
    [{}, 401, 'TOKEN_MISSING'],
    [{ authorization: 'Bearer forged' }, 401, 'TOKEN_SIGNATURE'],
    [{ authorization: 'Basic inspector' }, 401, 'TOKEN_MISSING'],
    [{ authorization: 'Bearer officer' }, 403, 'ROLE_NOT_PERMITTED'],
    [{ authorization: 'Bearer operator' }, 403, 'ROLE_NOT_PERMITTED'],
  ])('entries with %j are %d %s', async (headers, status, code) => {
    for (const path of ['tile/entries/000', 'tile/entries/009']) {
      const response = await get(path, headers);
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null);
      expect(await problem(response)).toMatchObject({ status, code });
    }
  });

  it('a checkpoint before the first event', async () => {
    const fresh = new SampleNode();
    const empty = await createLedgerApp(sampleDeps(fresh));
    const response = await fetch(`${empty.url}/ledger/checkpoint`);
    expect(response.status).toBe(404);
    expect(await problem(response)).toMatchObject({ code: 'NO_CHECKPOINT_YET' });
    const report = await verifyLedger({ url: `${empty.url}/ledger`, token: 'inspector' }, fresh.trust);
    expect(report).toMatchObject({ ok: false, fault: { what: 'RESOURCE' } });
    await empty.close();
    fresh.remove();
  });
});
