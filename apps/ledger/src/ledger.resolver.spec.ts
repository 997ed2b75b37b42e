import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLedgerApp, type LedgerApp } from './service.js';
import { sampleDeps } from './testing/sample-app.js';
import { sampleId, SampleNode, sampleStream } from './testing/sample-node.js';

let node: SampleNode;
let app: LedgerApp;

beforeAll(async () => {
  node = new SampleNode();
  await node.append(7);
  app = await createLedgerApp(sampleDeps(node));
  await app.sequencer.waitFor(7n);
});

afterAll(async () => {
  await app.close();
  node.remove();
});

interface Answer {
  readonly status: number;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

const ask = async (query: string, variables: object = {}, token: string | undefined = 'officer'): Promise<Answer> => {
  const headers = { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(app.graphqlUrl, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return { status: response.status, ...((await response.json()) as object) };
};

const entities = (representations: readonly object[]): Promise<Answer> =>
  ask(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Transfer { id entries: ledger { eventId index } }
      ... on Fact { id ledger { index proof { treeSize path } } }
    } }`,
    { representations },
  );

describe('the ledger subgraph', () => {
  it('gives the newest tree head', async () => {
    const { data } = await ask('{ treeHead { origin size rootHash note } }');
    const head = app.sequencer.head()!;
    const rootHash = Buffer.from(head.root).toString('base64');
    expect(data).toEqual({ treeHead: { origin: 'delta-hub.cn/ledger/32', size: 7, rootHash, note: head.note } });
  });

  it('gives the entry of an event with its proof', async () => {
    const fields = 'eventId index leafHash proof { index treeSize rootHash path checkpoint }';
    const { data } = await ask(`query ($id: ID!) { ledgerEntry(eventId: $id) { ${fields} } }`, { id: sampleId(4) });
    expect(data).toMatchObject({
      ledgerEntry: { eventId: sampleId(4), index: 4, proof: { index: 4, treeSize: 7, path: { length: 3 } } },
    });
  });

  it.each([sampleId(900), 'no id', ''])('knows no entry of %j', async (id) => {
    const { data } = await ask('query ($id: ID!) { ledgerEntry(eventId: $id) { index } }', { id });
    expect(data).toEqual({ ledgerEntry: null });
  });

  it('gives the entries of transfers and facts as other subgraphs refer to them', async () => {
    const { data } = await entities([
      { __typename: 'Transfer', id: sampleStream(1) },
      { __typename: 'Fact', id: sampleId(6) },
      { __typename: 'Transfer', id: sampleStream(99) },
      { __typename: 'Fact', id: sampleId(99) },
      { __typename: 'Transfer', id: 'person-x' },
    ]);
    const entry = (index: number): object => ({ eventId: sampleId(index), index });
    expect(data?.['_entities']).toEqual([
      { id: sampleStream(1), entries: [entry(3), entry(4), entry(5)] },
      { id: sampleId(6), ledger: { index: 6, proof: { treeSize: 7, path: expect.any(Array) } } },
      { id: sampleStream(99), entries: [] },
      { id: sampleId(99), ledger: null },
      { id: 'person-x', entries: [] },
    ]);
  });

  it('answers to the last signed head, also while it grows', async () => {
    await node.append(1);
    await app.sequencer.waitFor(8n);
    const { data } = await ask('{ treeHead { size } }');
    expect(data).toEqual({ treeHead: { size: 8 } });
  });

  it('tells its schema to a gateway that composes', async () => {
    const { data } = await ask('{ _service { sdl } }');
    expect(data?.['_service']).toMatchObject({ sdl: expect.stringContaining('type InclusionProof') });
  });
});

describe('what the subgraph refuses', () => {
  it.each([
    ['', 'TOKEN_MISSING'],
    ['forged', 'TOKEN_SIGNATURE'],
  ])('every request with the token %j', async (token, reason) => {
    for (const query of ['{ treeHead { size } }', '{ _service { sdl } }', '{ __typename }']) {
      const { status, data, errors } = await ask(query, {}, token);
      expect(status).toBe(401);
      expect(data).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason } }]);
    }
  });

  it('introspection, unless it is configured', async () => {
    const { errors } = await ask('{ __schema { queryType { name } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const other = new SampleNode();
    const open = await createLedgerApp({ ...sampleDeps(other), introspection: true });
    const response = await fetch(open.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer officer' },
      body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
    });
    expect(await response.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    await open.close();
    other.remove();
  });

  it('to say what went wrong inside', async () => {
    const other = new SampleNode();
    const broken = await createLedgerApp({
      ...sampleDeps(other),
      verifyToken: () => Promise.reject(new Error('the secret reason')),
    });
    const response = await fetch(broken.graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ treeHead { size } }' }),
    });
    expect(await response.text()).not.toContain('secret');
    await broken.close();
    other.remove();
  });
});
