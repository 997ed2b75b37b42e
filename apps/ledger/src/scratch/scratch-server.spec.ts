import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeEntryBundle, parseVerifierKey } from '@delta-hub/ledger';
import { sha256 } from '@delta-hub/crypto';
import { ledgerPaths } from '../ledger-paths.js';
import { openLedgerStore } from '../sqlite-ledger-store.js';
import { openScratchLog } from './scratch-log.js';
import { type ScratchServer, serveScratchLog } from './scratch-server.js';

let directory: string;
let server: ScratchServer;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-scratch-'));
  server = await serveScratchLog(directory, 0);
});

afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const add = async (body: string | Uint8Array<ArrayBuffer>): Promise<string> => {
  const response = await fetch(`${server.url}/add`, { method: 'POST', body });
  return `${response.status} ${await response.text()}`;
};
const get = (path: string): Promise<Response> => fetch(`${server.url}/${path}`);

describe('a scratch log', () => {
  it('answers each leaf with its index, the same one when it comes again', async () => {
    expect([await add('a'), await add('b'), await add('a'), await add('')]).toEqual([
      '200 0',
      '200 1',
      '200 0',
      '200 2',
    ]);
    expect(new Set(await Promise.all(['c', 'd', 'c'].map(add)))).toEqual(new Set(['200 3', '200 4']));
    const bundle = new Uint8Array(await (await get('tile/entries/000.p/5')).arrayBuffer());
    const texts = decodeEntryBundle(bundle)!.map((leaf) => Buffer.from(leaf).toString());
    expect(texts).toEqual(['a', 'b', '', 'c', 'd']);
  });

  it('has a checkpoint from the beginning, and its key after a restart too', async () => {
    expect(parseVerifierKey(sha256, server.vkey)).toMatchObject({ name: 'delta-hub.cn/scratch' });
    expect(await (await get('checkpoint')).text()).toMatch(/^delta-hub\.cn\/scratch\n0\n47DEQpj8HBSa/);
    await add('a');
    const { vkey } = server;
    await server.close();
    server = await serveScratchLog(directory, 0);
    expect(server.vkey).toBe(vkey);
    expect(await (await get('checkpoint')).text()).toMatch(/^delta-hub\.cn\/scratch\n1\n/);
    expect(await add('a')).toBe('200 0');
  });

  it('refuses a leaf that fits no bundle, other methods, and what is not there', async () => {
    expect(await add(new Uint8Array(65_535))).toBe('200 0');
    expect(await add(new Uint8Array(65_536))).toBe('413 TOO_LARGE\n');
    expect((await fetch(`${server.url}/add`, { method: 'PUT' })).status).toBe(405);
    expect((await get('tile/0/000.p/2')).status).toBe(404);
  });

  it('takes no more than two groups at once, and loses none that it took', async () => {
    await server.close();
    const log = openScratchLog(directory);
    const added = Array.from({ length: 2100 }, (_, number) => log.queue.add(Buffer.from(`leaf ${number}`)));
    expect(added.indexOf(undefined)).toBe(2048);
    const indexes = await Promise.all(added.slice(0, 2048).map((one) => Promise.resolve(one)));
    expect(indexes).toEqual(Array.from({ length: 2048 }, (_, index) => index));
    expect(await log.queue.add(Buffer.from('leaf 2099'))).toBe(2048);
    log.close();
    server = await serveScratchLog(directory, 0);
  });

  it('does not open the directory of a node', async () => {
    const other = mkdtempSync(join(tmpdir(), 'delta-hub-scratch-'));
    const store = openLedgerStore(ledgerPaths(other).ledger);
    store.claim('delta-hub.cn/ledger/32');
    store.close();
    await expect(serveScratchLog(other, 0)).rejects.toMatchObject({ code: 'LEDGER_OF_ANOTHER_NODE' });
    rmSync(other, { recursive: true, force: true });
  });
});
