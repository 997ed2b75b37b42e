import { createHash } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  consistencyPath,
  formatNote,
  formatTreeHead,
  nodesFromTiles,
  growTiles,
  type NoteSigner,
  openNote,
  parseNote,
  readCosignature,
  parseVerifierKey,
  rootAt,
  signNote,
  toBase64,
} from '@delta-hub/ledger';
import { sha256, trustedHistory, witnessNameOf } from '@delta-hub/crypto';
import { createLedgerApp, type LedgerApp } from '../ledger-app.js';
import { headSigner, originOf, sha256Tree } from '../log-identity.js';
import { sampleDeps } from '../testing/sample-app.js';
import { type SampleKeys, sampleKeys, SampleNode } from '../testing/sample-node.js';
import { ManualPace } from '../testing/sample-witnesses.js';
import { cosignerOf } from './witness-keys.js';

const ORIGIN = originOf('31');
const leaves = Array.from({ length: 1_100 }, (_, index) => sha256Tree.leaf(Buffer.from(`leaf ${index}`)));
const tiles = new Map(
  growTiles(sha256Tree, 0, () => undefined, leaves).map(({ level, index, hashes }) => [`${level}/${index}`, hashes]),
);
const nodes = nodesFromTiles(sha256Tree, (level, index) => tiles.get(`${level}/${index}`));
const rootOf = (size: number): Uint8Array => rootAt(sha256Tree, nodes, size);
const pathOf = (from: number, to: number): readonly Uint8Array[] =>
  from === 0 || from === to ? [] : consistencyPath(sha256Tree, nodes, from, to);

let node: SampleNode;
let app: LedgerApp;
let log: SampleKeys;
let signer: NoteSigner;
let now = '2025-03-10T01:30:00.000Z';
beforeEach(async () => {
  now = '2025-03-10T01:30:00.000Z';
  const { trust, keys } = sampleKeys('31', '32');
  log = keys[0]!;
  node = new SampleNode({ trust, keys: [keys[1]!] });
  signer = headSigner(trustedHistory(trust, '31'), '31', log.ledgerKey);
  await open();
});
afterEach(async () => {
  await app.close();
  node.remove();
});

const open = async (): Promise<void> => {
  const witnessing = { key: node.keys.witnessKey, pace: new ManualPace() };
  app = await createLedgerApp({ ...sampleDeps(node), clock: { now: () => now }, witnessing });
};

const noteOf = (size: number, root = rootOf(size), origin = ORIGIN): string =>
  signNote(formatTreeHead({ origin, size, root }), signer);
const bodyOf = (oldSize: number | string, path: readonly Uint8Array[], note: string): string =>
  [`old ${oldSize}`, ...path.map(toBase64), '', note].join('\n');
const grow = (from: number, to: number): string => bodyOf(from, pathOf(from, to), noteOf(to));

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

const add = async (body: string): Promise<Answer> => {
  const answer = await fetch(`${app.url}/witness/add-checkpoint`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};
/** The status of an answer, over a bounded number of connections. */
const post = (agent: Agent, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { agent, port: new URL(app.url).port, path: '/witness/add-checkpoint', method: 'POST' };
    httpRequest(options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end(body);
  });
const statusOf = async (body: string): Promise<number> => (await add(body)).status;
const newest = async (): Promise<string> => {
  const hash = createHash('sha256').update(ORIGIN).digest('hex');
  return (await fetch(`${app.url}/witness/${hash}/checkpoint`)).text();
};
const sizeOf = (note: string): number => Number(parseNote(note)!.text.split('\n')[1]);

describe('add-checkpoint answers', () => {
  it('200 with a cosignature line of this node that verifies, and serves the note with both signatures', async () => {
    const { status, text } = await add(grow(0, 5));
    expect(status).toBe(200);
    const key = parseVerifierKey(sha256, node.trust.nodes[1]!.witnessKeys[0]!.vkey)!;
    const head = formatTreeHead({ origin: ORIGIN, size: 5, root: rootOf(5) });
    expect(openNote(`${head}\n${text}`, [cosignerOf(key)]).ok).toBe(true);
    expect(parseNote(await newest())!.signatures.map(({ name }) => name)).toEqual([ORIGIN, witnessNameOf('32')]);
  });

  it('200 for a checkpoint with extension lines, which its cosignature covers and which are kept', async () => {
    const text = `${formatTreeHead({ origin: ORIGIN, size: 5, root: rootOf(5) })}an extension\n`;
    const answer = await add(bodyOf(0, [], signNote(text, signer)));
    expect(answer.status).toBe(200);
    const key = parseVerifierKey(sha256, node.trust.nodes[1]!.witnessKeys[0]!.vkey)!;
    expect(openNote(`${text}\n${answer.text}`, [cosignerOf(key)]).ok).toBe(true);
    expect(parseNote(await newest())!.text).toBe(text);
    expect(await statusOf(grow(5, 300))).toBe(200);
  });

  it('200 again for the head that it has, and for one that goes on from it', async () => {
    const asked = [grow(0, 5), grow(5, 5), grow(5, 300), grow(300, 1_000)];
    const statuses = [];
    for (const body of asked) statuses.push(await statusOf(body));
    expect(statuses).toEqual([200, 200, 200, 200]);
  });

  it('200 with a time that never goes back, though the clock does', async () => {
    const timeOf = async (body: string): Promise<number> => {
      const [line] = parseNote(`x\n\n${(await add(body)).text}`)!.signatures;
      return readCosignature(line!)!.time;
    };
    const first = await timeOf(grow(0, 5));
    now = '2025-03-10T01:29:00.000Z';
    const second = await timeOf(grow(5, 6));
    await app.close();
    await open();
    const third = await timeOf(grow(6, 7));
    expect(app.witnessing!.health().clockBehind).toBe(60);
    now = '2025-03-10T01:31:00.000Z';
    expect(app.witnessing!.health().clockBehind).toBe(0);
    expect([first, second, third, await timeOf(grow(7, 8))]).toEqual([first, first, first, first + 60]);
  });

  it('409 with the size that it has, in its own media type', async () => {
    await add(grow(0, 7));
    const conflict = { status: 409, type: 'text/x.tlog.size', text: '7\n' };
    expect([await add(grow(0, 9)), await add(grow(5, 9)), await add(grow(8, 9))]).toEqual([
      conflict,
      conflict,
      conflict,
    ]);
  });

  it('422 for a proof that does not hold, for a proof from nothing, for another root at the same size', async () => {
    await add(grow(0, 7));
    const other = new Uint8Array(32).fill(1);
    expect([
      await statusOf(bodyOf(7, pathOf(6, 9), noteOf(9))),
      await statusOf(bodyOf(7, [], noteOf(9))),
      await statusOf(bodyOf(7, [], noteOf(7, other))),
      await statusOf(bodyOf(7, pathOf(7, 9), noteOf(9, other))),
    ]).toEqual([422, 422, 422, 422]);
    expect(sizeOf(await newest())).toBe(7);
  });

  it('422 for a tree of nothing with a root of something, and for a proof where none can be', async () => {
    expect([
      await statusOf(bodyOf(0, [], noteOf(0, new Uint8Array(32)))),
      await statusOf(bodyOf(0, [rootOf(1)], noteOf(3))),
      await statusOf(bodyOf(0, [], noteOf(0))),
    ]).toEqual([422, 422, 200]);
  });

  it('404 for a log that is not witnessed here, its own among them', async () => {
    expect([
      await statusOf(bodyOf(0, [], noteOf(3, rootOf(3), 'example.com/log'))),
      await statusOf(bodyOf(0, [], noteOf(3, rootOf(3), originOf('32')))),
    ]).toEqual([404, 404]);
  });

  it('403 when no trusted key of the log has signed, or its line does not verify', async () => {
    const text = formatTreeHead({ origin: ORIGIN, size: 3, root: rootOf(3) });
    const forged = { name: signer.name, keyId: signer.keyId, signature: new Uint8Array(64) };
    const stranger = { ...forged, keyId: new Uint8Array([1, 2, 3, 4]) };
    expect([
      await statusOf(bodyOf(0, [], formatNote({ text, signatures: [forged] }))),
      await statusOf(bodyOf(0, [], formatNote({ text, signatures: [stranger] }))),
    ]).toEqual([403, 403]);
  });

  it.each([
    ['nothing', () => ''],
    ['no old size', () => `\n${noteOf(3)}`],
    ['an old size with a leading zero', () => bodyOf('00', [], noteOf(3))],
    ['an old size that is larger', () => bodyOf(4, [], noteOf(3))],
    ['64 hashes', () => bodyOf(1, Array<Uint8Array>(64).fill(rootOf(1)), noteOf(3))],
    ['a hash that is none', () => `old 1\n!!\n\n${noteOf(3)}`],
    ['no note', () => 'old 0\n\nnonsense\n'],
    [
      'an empty line in the checkpoint',
      () => bodyOf(0, [], signNote(`${formatTreeHead({ origin: ORIGIN, size: 3, root: rootOf(3) })}\nx\n`, signer)),
    ],
  ])('400 for %s', async (_what, body) => expect(await statusOf(body())).toBe(400));

  it('413 for more than any request of the protocol needs, 405 for a GET', async () => {
    expect(await statusOf('a'.repeat(70_000))).toBe(413);
    expect((await fetch(`${app.url}/witness/add-checkpoint`)).status).toBe(405);
  });
});

describe('what comes with a checkpoint', () => {
  it('cannot poison what is remembered: a forged line with our own name and key is dropped', async () => {
    const { witnessKeys } = node.trust.nodes[1]!;
    const own = parseVerifierKey(sha256, witnessKeys[0]!.vkey)!;
    const text = formatTreeHead({ origin: ORIGIN, size: 3, root: rootOf(3) });
    const [line] = parseNote(noteOf(3))!.signatures;
    const forged = { name: own.name, keyId: own.keyId, signature: new Uint8Array(72).fill(9) };
    const note = formatNote({ text, signatures: [forged, line!] });
    expect(await statusOf(bodyOf(0, [], note))).toBe(200);
    const kept = parseNote(await newest())!.signatures;
    expect(kept.map(({ name }) => name)).toEqual([ORIGIN, own.name]);
    expect(openNote(await newest(), [cosignerOf(own)]).ok).toBe(true);
  });

  it('of another key under the log’s own name is ignored, not believed', async () => {
    const text = formatTreeHead({ origin: ORIGIN, size: 3, root: rootOf(3) });
    const [line] = parseNote(noteOf(3))!.signatures;
    const collision = { name: ORIGIN, keyId: new Uint8Array([9, 9, 9, 9]), signature: new Uint8Array(64) };
    expect(await statusOf(bodyOf(0, [], formatNote({ text, signatures: [collision, line!] })))).toBe(200);
    expect(parseNote(await newest())!.signatures).toHaveLength(2);
  });
});

describe('the size that is remembered', () => {
  it('never goes down: of N and N + K at the same time one wins, and the other is told', async () => {
    await add(grow(0, 10));
    const both = await Promise.all([add(grow(10, 20)), add(grow(10, 25))]);
    const won = both.findIndex(({ status }) => status === 200);
    const lost = both[1 - won]!;
    expect([lost.status, lost.text]).toEqual([409, `${[20, 25][won]!}\n`]);
    expect(sizeOf(await newest())).toBe([20, 25][won]);
  });

  it('never goes down under 1,000 requests at the same time', async () => {
    let known = 0;
    const statuses: number[] = [];
    const seen: number[] = [];
    const agent = new Agent({ keepAlive: true, maxSockets: 128 });
    const targets = Array.from({ length: 1_000 }, (_, index) => 1 + ((index * 389) % 1_000));
    const requests = targets.map(async (to) => {
      const status = await post(agent, grow(Math.min(known, to), to));
      if (status === 200) known = Math.max(known, to);
      statuses.push(status);
    });
    const all = Promise.all(requests);
    while (statuses.length < targets.length) {
      await Promise.race([all, Promise.any(requests)]);
      const note = await newest();
      if (note.includes('\n\n')) seen.push(sizeOf(note));
    }
    agent.destroy();
    expect(new Set(statuses)).toEqual(new Set([200, 409]));
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    expect(sizeOf(await newest())).toBe(known);
  });

  it('is on the disk when the answer is there: a node that is opened again has it', async () => {
    await add(grow(0, 42));
    await app.close();
    await open();
    expect(await add(grow(0, 50))).toMatchObject({ status: 409, text: '42\n' });
  });

  it('stays when the caller goes away before the answer', async () => {
    const { port } = new URL(app.url);
    await new Promise<void>((resolve) => {
      const request = httpRequest({ port, path: '/witness/add-checkpoint', method: 'POST' });
      request.on('error', () => undefined).once('close', resolve);
      request.end(grow(0, 42), () => request.destroy());
    });
    expect([409, 200]).toContain(await statusOf(grow(0, 42)));
    expect(sizeOf(await newest())).toBe(42);
  });
});
