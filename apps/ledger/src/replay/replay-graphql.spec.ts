import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '@delta-hub/crypto';
import { fromBase64, verifyConsistency } from '@delta-hub/ledger';
import { createLedgerApp, type LedgerApp } from '../service.js';
import { sha256Tree } from '../log-identity.js';
import { sampleDeps } from '../testing/sample-app.js';
import { appendCases } from '../testing/sample-cases.js';
import { SampleNode, sampleStream } from '../testing/sample-node.js';

let node: SampleNode;
let app: LedgerApp;

const callers: Readonly<Record<string, Omit<Caller, 'officerId' | 'node'>>> = {
  origin: { role: 'officer', agencyId: 'cca-320509' },
  city: { role: 'officer', agencyId: 'city-320500' },
  stranger: { role: 'officer', agencyId: 'cca-320583' },
  inspector: { role: 'inspector', agencyId: 'province-320000' },
  operator: { role: 'operator', agencyId: 'cca-320509' },
};

/** What was put on record. */
const inspections: unknown[] = [];
let recordable = true;

beforeAll(async () => {
  node = new SampleNode();
  await appendCases(node);
  app = await createLedgerApp({
    ...sampleDeps(node),
    recordInspection: (inspection) => {
      if (!recordable) return Promise.reject(new Error('the store is full'));
      inspections.push(inspection);
      return Promise.resolve();
    },
    verifyToken: (token) => {
      const caller = callers[token ?? ''];
      if (caller !== undefined) return Promise.resolve({ officerId: `${token}-1`, node: '32', ...caller });
      return Promise.reject(Object.assign(new Error('not accepted'), { code: 'TOKEN_MISSING' }));
    },
  });
  await app.sequencer.waitFor(12n);
});

afterAll(async () => {
  await app.close();
  node.remove();
});

interface Page {
  readonly head: { readonly size: number; readonly rule: string };
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly index: number } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

interface Answer {
  readonly data?: { readonly replay: Page; readonly consistency: Readonly<Record<string, unknown>> } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: object }[];
}

const ask = async (token: string, query: string, variables: object): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(app.graphqlUrl, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as Answer;
};

const replay = (token: string, variables: object, fields = 'index'): Promise<Answer> =>
  ask(
    token,
    `query ($scope: ReplayScopeInput!, $asOf: ReplayMomentInput, $first: Int, $after: String) {
      replay(scope: $scope, asOf: $asOf, first: $first, after: $after) {
        head { origin size rootHash rule level } edges { cursor node { ${fields} } } pageInfo { hasNextPage endCursor } } }`,
    variables,
  );

const indexesOf = ({ data, errors }: Answer): unknown =>
  data?.replay.edges.map((edge) => edge.node.index) ?? errors?.map(({ extensions }) => extensions);

const WHOLE = { kind: 'WHOLE' };
const CASE = { kind: 'CASE', id: sampleStream(500) };
const all = Array.from({ length: 12 }, (_, index) => index);

describe('replay', () => {
  it('shows the head and each entry with what it says', async () => {
    const fields =
      'index verdict level eventId type source subject signedAt occurredAt actor { officerId role agencyId }';
    const { data } = await replay('inspector', { scope: CASE }, fields);
    const head = app.sequencer.head()!;
    expect(data?.replay.head).toEqual({
      ...{ origin: 'delta-hub.cn/ledger/32', size: 12, rule: 'NEWEST_HEAD', level: 'LOCAL' },
      rootHash: Buffer.from(head.root).toString('base64'),
    });
    const { id, type, stream } = node.events.all[3]!;
    expect(data?.replay.edges[1]!.node).toEqual({
      ...{ index: 3, verdict: 'VERIFIED', level: 'LOCAL', eventId: id, type, subject: stream },
      ...{ source: 'urn:delta-hub:node:32', signedAt: '2025-03-10T01:30:00.000Z' },
      occurredAt: '2025-03-10T01:29:00.000Z',
      actor: { officerId: 'officer-1', role: 'officer', agencyId: 'cca-310118' },
    });
  });

  it.each<[string, object, readonly number[]]>([
    ['inspector', WHOLE, all],
    ['inspector', CASE, [2, 3, 4, 5]],
    ['inspector', { kind: 'AGENCY', id: 'cca-330402' }, [6, 7, 8, 9]],
    ['inspector', { kind: 'AGENCY', id: 'city-320500' }, [9]],
    ['inspector', { kind: 'REGION', id: '32' }, all],
    ['inspector', { kind: 'REGION', id: '33' }, []],
    // The last of the case is not for node 32.
    ['origin', CASE, [2, 3, 4]],
    ['origin', { kind: 'AGENCY', id: 'cca-320509' }, [2, 3, 4, 6, 7]],
    ['city', CASE, [2, 3, 4]],
    ['city', { kind: 'AGENCY', id: 'cca-320509' }, [2, 3, 4, 6, 7]],
    // It acted in a case to which nobody of it is a party.
    ['city', { kind: 'AGENCY', id: 'city-320500' }, []],
    ['stranger', { kind: 'AGENCY', id: 'cca-320583' }, []],
  ])('gives %s of %j the entries %j', async (token, scope, indexes) => {
    expect(indexesOf(await replay(token, { scope }))).toEqual(indexes);
  });

  it.each<[string, object]>([
    ['origin', WHOLE],
    ['origin', { kind: 'REGION', id: '32' }],
    ['origin', { kind: 'PERSON', id: 'T-1', reason: 'complaint' }],
    ['origin', { kind: 'AGENCY', id: 'cca-330402' }],
    ['origin', { kind: 'AGENCY', id: 'city-320500' }],
    ['origin', { kind: 'CASE', id: sampleStream(520) }],
    ['origin', { kind: 'CASE', id: sampleStream(999) }],
    ['origin', { kind: 'CASE', id: sampleStream(0) }],
    ['stranger', CASE],
    ['operator', WHOLE],
    ['operator', CASE],
    ['operator', { kind: 'AGENCY', id: 'cca-320509' }],
  ])('refuses %s the scope %j', async (token, scope) => {
    expect(indexesOf(await replay(token, { scope }))).toEqual([{ code: 'FORBIDDEN' }]);
  });

  it('of a person needs a reason, and every page of it is on record', async () => {
    for (const [reason, code] of [
      [undefined, 'REASON_MISSING'],
      ['  ', 'REASON_MISSING'],
      ['x'.repeat(501), 'REASON_TOO_LONG'],
    ] as const)
      expect(indexesOf(await replay('inspector', { scope: { kind: 'PERSON', id: 'T-1', reason } }))).toEqual([
        { code: 'BAD_USER_INPUT', reason: code },
      ]);
    expect(inspections).toEqual([]);
    const scope = { kind: 'PERSON', id: 'T-1', reason: 'complaint 7' };
    const page = await replay('inspector', { scope, first: 4 });
    expect(indexesOf(page)).toEqual([2, 3, 4, 5]);
    expect(indexesOf(await replay('inspector', { scope, after: page.data!.replay.pageInfo.endCursor }))).toEqual([
      6, 7,
    ]);
    const record = { officerId: 'inspector-1', role: 'inspector', agencyId: 'province-320000' };
    expect(inspections).toEqual([1, 2].map(() => ({ ...record, personId: 'T-1', reason: 'complaint 7', size: 12 })));
  });

  it('of a person is not answered when it cannot be put on record', async () => {
    recordable = false;
    const answer = await replay('inspector', { scope: { kind: 'PERSON', id: 'T-1', reason: 'complaint 7' } });
    recordable = true;
    expect(answer.data ?? null).toBeNull();
    expect(indexesOf(answer)).toEqual([{ code: 'INSPECTION_NOT_RECORDED' }]);
  });

  it.each<[object, object]>([
    [
      { scope: WHOLE, asOf: { size: 13 } },
      { code: 'BAD_USER_INPUT', reason: 'BEYOND_THE_HEAD' },
    ],
    [{ scope: WHOLE, asOf: { size: -1 } }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, asOf: {} }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, asOf: { size: 1, at: '2025-03-10T01:30:00.000Z' } }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, asOf: { at: 'yesterday' } }, { code: 'BAD_USER_INPUT' }],
    [{ scope: { kind: 'CASE' } }, { code: 'BAD_USER_INPUT' }],
    [{ scope: { kind: 'WHOLE', id: '32' } }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, first: 0 }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, first: 257 }, { code: 'BAD_USER_INPUT' }],
    [{ scope: WHOLE, after: 'x' }, { code: 'BAD_USER_INPUT' }],
    [
      { scope: WHOLE, after: Buffer.from('r:13:SIZE:0').toString('base64url') },
      { code: 'BAD_USER_INPUT', reason: 'BEYOND_THE_HEAD' },
    ],
  ])('takes no %j', async (variables, extensions) => {
    expect(indexesOf(await replay('inspector', variables))).toEqual([extensions]);
  });

  it('as of an instant says that only the signers gave their time', async () => {
    const early = await replay('inspector', { scope: WHOLE, asOf: { at: '2025-03-10T01:29:59.999Z' } });
    expect(early.data?.replay).toMatchObject({ head: { size: 0, rule: 'EVENT_TIME' }, edges: [] });
  });
});

it('consistency proves the beginning of every size', async () => {
  for (const [from, to] of [
    [3, 7],
    [0, 5],
    [5, 5],
    [4, undefined],
  ] as const) {
    const query = `query ($from: Int!, $to: Int) {
      consistency(from: $from, to: $to) { from to fromRoot toRoot path checkpoint } }`;
    const { data } = await ask('origin', query, { from, to });
    const proof = data!.consistency;
    expect(proof).toMatchObject({
      from,
      to: to ?? 12,
      checkpoint: to === undefined ? app.sequencer.head()!.note : null,
    });
    const [root1, root2] = [proof['fromRoot'], proof['toRoot']].map((root) => fromBase64(String(root))!);
    const path = (proof['path'] as string[]).map((hash) => fromBase64(hash)!);
    if (from === 0) expect(path).toEqual([]);
    else
      expect(verifyConsistency(sha256Tree, { size1: from, root1: root1!, size2: to ?? 12, root2: root2!, path })).toBe(
        true,
      );
  }
  for (const variables of [{ from: 13 }, { from: 5, to: 4 }, { from: -1 }, { from: 1, to: 13 }]) {
    const query = 'query ($from: Int!, $to: Int) { consistency(from: $from, to: $to) { from } }';
    const { errors } = await ask('origin', query, variables);
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', reason: 'BEYOND_THE_HEAD' },
    ]);
  }
});

it('every page is of the first page’s head, while the log grows', async () => {
  const seen: number[] = [];
  let after: string | undefined;
  for (let hasNext = true; hasNext;) {
    const { data } = await replay('inspector', { scope: WHOLE, first: 5, after });
    expect(data!.replay.head).toMatchObject({ size: 12, rule: 'NEWEST_HEAD' });
    seen.push(...data!.replay.edges.map((edge) => edge.node.index));
    hasNext = data!.replay.pageInfo.hasNextPage;
    after = data!.replay.pageInfo.endCursor;
    await node.append(1);
    await app.sequencer.waitFor((await node.store.head())!);
  }
  expect(seen).toEqual(all);
});
