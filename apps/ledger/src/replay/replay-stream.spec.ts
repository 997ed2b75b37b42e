import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedgerApp, type LedgerApp } from '../service.js';
import { sampleDeps } from '../testing/sample-app.js';
import { appendCases } from '../testing/sample-cases.js';
import { openSampleLog } from '../testing/sample-log.js';
import { SampleNode, sampleStream } from '../testing/sample-node.js';
import { ReplayDesk } from './replay-desk.js';
import { replayLines } from './replay-lines.js';

let node: SampleNode;
let app: LedgerApp;

beforeEach(async () => {
  node = new SampleNode();
  await appendCases(node);
  const recordInspection = ({ reason }: { readonly reason: string }): Promise<void> =>
    reason === 'lost' ? Promise.reject(new Error('the store is full')) : Promise.resolve();
  app = await createLedgerApp({ ...sampleDeps(node), recordInspection });
  await app.sequencer.waitFor(12n);
});

afterEach(async () => {
  await app.close();
  node.remove();
});

const get = (query: string, token?: string, method = 'GET'): Promise<Response> =>
  fetch(`${app.url}/ledger/replay.ndjson${query}`, {
    method,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });

const linesOf = async (query: string, token = 'inspector'): Promise<Readonly<Record<string, unknown>>[]> => {
  const text = await (await get(query, token)).text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
};

const indexes = (lines: Readonly<Record<string, unknown>>[]): unknown[] => lines.slice(1, -1).map(({ index }) => index);

const spoil = (sql: string): void => {
  const db = new DatabaseSync(join(node.directory, 'ledger.db'));
  db.exec(sql);
  db.close();
};

describe('GET /ledger/replay.ndjson', () => {
  it('begins with the head, gives every entry, and ends with the verdict', async () => {
    const lines = await linesOf('');
    const root = Buffer.from(app.sequencer.head()!.root).toString('base64');
    const origin = 'delta-hub.cn/ledger/32';
    expect(lines[0]).toEqual({ origin, size: 12, root, rule: 'NEWEST_HEAD', level: 'LOCAL', from: 0 });
    expect(
      lines
        .slice(1, -1)
        .map(({ index, verdict, level, event }) => [index, verdict, level, (event as { id: string }).id]),
    ).toEqual(node.events.all.map(({ id }, index) => [index, 'VERIFIED', 'LOCAL', id]));
    expect(lines.at(-1)).toEqual({ end: { entries: 12, bad: 0, verdict: 'VERIFIED' } });
  });

  it('goes on from an index, of the same size, while the log grows', async () => {
    await node.append(3);
    await app.sequencer.waitFor(15n);
    const lines = await linesOf('?as-of=12&from=7');
    expect(lines[0]).toMatchObject({ size: 12, rule: 'SIZE', from: 7 });
    expect(indexes(lines)).toEqual([7, 8, 9, 10, 11]);
    expect(indexes(await linesOf('?from=15'))).toEqual([]);
  });

  it('keeps to the rules of the query replay', async () => {
    expect(indexes(await linesOf(`?scope=CASE&id=${sampleStream(500)}`, 'officer'))).toEqual([2, 3, 4]);
    expect(indexes(await linesOf('?scope=AGENCY&id=cca-320509', 'office-officer'))).toEqual([2, 3, 4, 6, 7]);
    expect(indexes(await linesOf('?scope=PERSON&id=T-2&reason=complaint'))).toEqual([8, 9]);
  });

  it.each([
    ['', undefined, 401, 'TOKEN_MISSING'],
    ['', 'forged', 401, 'TOKEN_SIGNATURE'],
    ['', 'officer', 403, 'FORBIDDEN'],
    ['', 'operator', 403, 'FORBIDDEN'],
    ['?scope=REGION&id=32', 'officer', 403, 'FORBIDDEN'],
    [`?scope=CASE&id=${sampleStream(520)}`, 'officer', 403, 'FORBIDDEN'],
    ['?scope=PERSON&id=T-1', 'inspector', 400, 'REASON_MISSING'],
    [`?scope=PERSON&id=T-1&reason=${'x'.repeat(501)}`, 'inspector', 400, 'REASON_TOO_LONG'],
    ['?scope=PERSON&id=T_1&reason=complaint', 'inspector', 400, 'QUERY_INVALID'],
    ['?scope=PERSON&id=T-1&reason=lost', 'inspector', 503, 'INSPECTION_NOT_RECORDED'],
    ['?as-of=13', 'inspector', 400, 'BEYOND_THE_HEAD'],
    ['?as-of=9&from=10', 'inspector', 400, 'BEYOND_THE_HEAD'],
    ['?from=13', 'inspector', 400, 'BEYOND_THE_HEAD'],
    ['?as-of=x', 'inspector', 400, 'QUERY_INVALID'],
    ['?from=-1', 'inspector', 400, 'QUERY_INVALID'],
    ['?from=2025-03-10T01:30:00.000Z', 'inspector', 400, 'QUERY_INVALID'],
    ['?scope=CASE', 'inspector', 400, 'QUERY_INVALID'],
    ['?scope=case&id=x', 'inspector', 400, 'QUERY_INVALID'],
    ['?from=1&from=2', 'inspector', 400, 'QUERY_INVALID'],
    ['?form=1', 'inspector', 400, 'QUERY_INVALID'],
  ])('%s for %s is %d %s', async (query, token, status, code) => {
    const response = await get(query, token);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ status, code });
  });

  it('HEAD says what would come', async () => {
    const response = await get('', 'inspector', 'HEAD');
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      ...[200, 'application/x-ndjson', ''],
    ]);
  });

  it('names the first entry that does not verify, and goes on', async () => {
    spoil('UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE pos = 1) WHERE pos IN (6, 8)');
    const lines = await linesOf('');
    expect(lines[7]).toEqual({ index: 6, verdict: 'NOT_INCLUDED', level: 'LOCAL' });
    expect(lines.at(-1)).toEqual({ end: { entries: 12, bad: 2, verdict: 'NOT_INCLUDED', at: 6 } });
  });

  it('says in the last line where the log cannot be read', async () => {
    spoil('DELETE FROM entries WHERE pos = 9');
    expect((await linesOf('')).at(-1)).toEqual({ end: { entries: 0, bad: 0, verdict: 'LEDGER_DAMAGED', at: 9 } });
  });
});

it('a replay reads no further than it is read', async () => {
  await node.append(480);
  await app.sequencer.waitFor(492n);
  const log = openSampleLog(node);
  const read: number[] = [];
  const entries: typeof log.store.entries = (from, to) => {
    read.push(to);
    return log.store.entries(from, to);
  };
  const desk = new ReplayDesk({
    store: {
      entries,
      tile: (level, index) => log.store.tile(level, index),
      positionsIn: () => new Map(),
      keyEntries: () => [],
    },
    newest: () => app.sequencer.head(),
    newestWitnessed: () => undefined,
    trust: node.trust,
    recordInspection: () => Promise.reject(new Error('no person is replayed here')),
  });
  const inspector = { officerId: 'i', role: 'inspector', agencyId: 'cca-320509', node: '32' } as const;
  const open = (await desk.open(inspector, { scope: { kind: 'WHOLE' } }))!;
  const lines = replayLines({ ...open, entries: open.entries(0) }, 0);
  for (let taken = 0; taken < 3; taken += 1) await lines.next();
  expect(Math.max(...read)).toBe(256);
  await lines.return();
  log.crash();
});
