import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLedgerApp, type LedgerApp } from '../service.js';
import { sampleDeps } from '../testing/sample-app.js';
import { sampleKeys, SampleNode } from '../testing/sample-node.js';
import { flipped, placesIn } from '../testing/spoiling.js';
import type { LedgerReport } from './report.js';
import { verifyLedger } from './verify-ledger.js';

type Spoil = (body: Buffer) => Uint8Array | undefined;

let node: SampleNode;
let app: LedgerApp;
let mirror: Server;
/** What the mirror does to the bodies of some paths. */
const spoils = new Map<string, Spoil>();

beforeAll(async () => {
  node = new SampleNode();
  await node.append(300);
  app = await createLedgerApp(sampleDeps(node));
  await app.sequencer.waitFor(300n);
  mirror = createServer((request, response) => {
    const authorization = request.headers.authorization;
    void fetch(`${app.url}${request.url}`, { headers: authorization === undefined ? {} : { authorization } }).then(
      async (answer) => {
        const body = Buffer.from(await answer.arrayBuffer());
        const changed = (spoils.get((request.url ?? '').replace('/ledger/', '')) ?? ((same) => same))(body);
        response.writeHead(changed === undefined ? 404 : answer.status).end(changed);
      },
    );
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
});

afterEach(() => spoils.clear());

afterAll(async () => {
  mirror.close();
  await app.close();
  node.remove();
});

const verify = (options = {}): Promise<LedgerReport> => {
  const { port } = mirror.address() as AddressInfo;
  return verifyLedger({ url: `http://127.0.0.1:${port}/ledger/`, token: 'inspector' }, node.trust, options);
};

const verifySpoiled = (path: string, spoil: Spoil): Promise<LedgerReport> => {
  spoils.set(path, spoil);
  return verify();
};

it('a log that is served as it is verifies', async () => {
  expect(await verify({ node: '32' })).toMatchObject({ ok: true, size: 300, behind: 0, unsigned: 0 });
});

describe('one changed byte', () => {
  it.each(['tile/0/000', 'tile/0/001.p/44', 'tile/1/000.p/1'])('in %s names the entry', async (path) => {
    const first = path === 'tile/0/001.p/44' ? 256 : 0;
    const length = path === 'tile/0/000' ? 8192 : path === 'tile/1/000.p/1' ? 32 : 44 * 32;
    for (const at of placesIn(length, 6)) {
      const position = first + Math.floor(at / 32);
      const report = await verifySpoiled(path, (body) => flipped(body, at));
      expect(report).toMatchObject({ ok: false, fault: { what: 'TILE', position } });
    }
  });

  it('in an entry names it', async () => {
    for (const index of [0, 17, 43]) {
      const report = await verifySpoiled('tile/entries/001.p/44', (body) => {
        let begin = 0;
        for (let skipped = 0; skipped < index; skipped += 1) begin += 2 + body.readUInt16BE(begin);
        return flipped(body, begin + 40);
      });
      expect(report).toMatchObject({ ok: false, fault: { position: 256 + index } });
    }
  });

  it('in any byte of the checkpoint fails', async () => {
    const note = app.sequencer.head()!.note;
    for (const at of placesIn(Buffer.byteLength(note), 40))
      expect((await verifySpoiled('checkpoint', (body) => flipped(body, at))).ok).toBe(false);
  });

  it('in the length of an entry, or an entry less, makes the bundle none', async () => {
    for (const spoil of [(body: Buffer) => flipped(body, 0), (body: Buffer) => body.subarray(0, -1)])
      expect(await verifySpoiled('tile/entries/000', spoil)).toMatchObject({
        fault: { what: 'RESOURCE', position: 0 },
      });
  });
});

describe('a served log', () => {
  it.each([
    ['checkpoint', 'RESOURCE'],
    ['tile/0/000', 'TILE'],
    ['tile/entries/001.p/44', 'RESOURCE'],
  ])('without %s fails', async (path, what) => {
    expect(await verifySpoiled(path, () => undefined)).toMatchObject({ ok: false, fault: { what } });
  });

  it('gives no verdict without a token, or without an answer', async () => {
    const noToken = { url: `${app.url}/ledger` };
    await expect(verifyLedger(noToken, node.trust)).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    const nobody = { url: 'http://127.0.0.1:1/ledger' };
    await expect(verifyLedger(nobody, node.trust)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('may be that of another node than was meant, or signed by a stranger', async () => {
    expect(await verify({ node: '31' })).toMatchObject({ ok: false, fault: { what: 'ORIGIN' } });
    const source = { url: `${app.url}/ledger`, token: 'inspector' };
    expect(await verifyLedger(source, sampleKeys('31').trust)).toMatchObject({ ok: false, fault: { what: 'ORIGIN' } });
    expect(await verifyLedger(source, sampleKeys('32').trust)).toMatchObject({
      ok: false,
      fault: { what: 'HEAD_NOTE', found: 'NO_KNOWN_KEY' },
    });
  });
});

it('a log that has grown since its checkpoint and dropped partial tiles gives the full ones', async () => {
  const { note } = app.sequencer.head()!;
  await node.append(300);
  await app.sequencer.waitFor(600n);
  spoils.set('checkpoint', () => Buffer.from(note));
  for (const path of ['tile/0/001.p/44', 'tile/entries/001.p/44']) spoils.set(path, () => undefined);
  expect(await verify()).toMatchObject({ ok: true, size: 300, counts: { entries: 300 } });
  spoils.set('tile/0/001', (body) => flipped(body, 32 * 43));
  expect(await verify()).toMatchObject({ ok: false, fault: { what: 'TILE', position: 299 } });
});
