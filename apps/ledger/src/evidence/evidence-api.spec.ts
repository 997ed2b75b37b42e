import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '@delta-hub/crypto';
import { signEvent } from '@delta-hub/crypto';
import { createLedgerApp, type LedgerApp } from '../service.js';
import { sampleDeps } from '../testing/sample-app.js';
import { sampleId, SampleNode, sampleStream } from '../testing/sample-node.js';
import { nodePrimitives, verifier } from '../testing/offline-verifier.js';
import { checkEvidence } from './evidence-check.js';

const CASE = sampleStream(500);
let node: SampleNode;
let app: LedgerApp;

/** Callers by their tokens: those of the two parties, and those of others. */
const callers: Readonly<Record<string, Omit<Caller, 'officerId'>>> = {
  origin: { role: 'officer', agencyId: 'cca-320509', node: '32' },
  stranger: { role: 'officer', agencyId: 'cca-330402', node: '32' },
  inspector: { role: 'inspector', agencyId: 'cca-330402', node: '32' },
  operator: { role: 'operator', agencyId: 'cca-320509', node: '32' },
};

const appended = async (number: number, recipients: string): Promise<string> => {
  const id = sampleId(number);
  const type = 'cn.delta-hub.transfer.applied.v1';
  const event = {
    ...{ specversion: '1.0', id, source: 'urn:delta-hub:node:32', type, subject: CASE, recipients },
    ...{ time: '2025-03-10T01:30:00.000Z', datacontenttype: 'application/json' },
    data: { origin: 'cca-320509', receiving: 'cca-310118' },
  };
  const data = new Uint8Array(Buffer.from(signEvent(event, node.keys.signer), 'latin1'));
  const revision = number === 500 ? ('no-stream' as const) : BigInt(number - 501);
  await node.store.append(CASE, revision, [{ id, type, data }]);
  return id;
};

beforeAll(async () => {
  node = new SampleNode();
  await node.append(5);
  await appended(500, '31,32');
  await appended(501, '31');
  await node.append(3);
  app = await createLedgerApp({
    ...sampleDeps(node),
    verifyToken: (token) => {
      const caller = callers[token ?? ''];
      if (caller !== undefined) return Promise.resolve({ officerId: 'officer-1', ...caller });
      return Promise.reject(Object.assign(new Error('not accepted'), { code: 'TOKEN_MISSING' }));
    },
  });
  await app.sequencer.waitFor(10n);
});

afterAll(async () => {
  await app.close();
  node.remove();
});

const get = (path: string, token?: string): Promise<Response> =>
  fetch(
    `${app.url}/ledger/evidence/${path}`,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
const bytesOf = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer());

describe('GET /ledger/evidence/<event id>.zip', () => {
  it('gives a bundle that both verifiers accept, the same bytes every time', async () => {
    const response = await get(`${sampleId(500)}.zip`, 'origin');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const zip = await bytesOf(response);
    expect(await bytesOf(await get(`${sampleId(500)}.zip`, 'inspector'))).toEqual(zip);
    expect(checkEvidence(zip, node.trust)).toMatchObject({ ok: true, facts: { index: 5, size: 10, level: 'LOCAL' } });
    const anchor = JSON.parse(JSON.stringify(node.trust)) as never;
    expect(await verifier.verifyZip(nodePrimitives, zip, { anchor })).toMatchObject({ ok: true, isAnchored: true });
  });

  it('gives an inspector every event of the node', async () => {
    for (const number of [0, 4, 5, 7, 500, 501]) {
      const zip = await bytesOf(await get(`${sampleId(number)}.zip`, 'inspector'));
      expect(checkEvidence(zip, node.trust)).toMatchObject({ ok: true, facts: { event: { id: sampleId(number) } } });
    }
  });

  it.each([
    [500, undefined, 401, 'TOKEN_MISSING'],
    [500, 'operator', 403, 'ROLE_NOT_PERMITTED'],
    [900, 'operator', 403, 'ROLE_NOT_PERMITTED'],
    [500, 'stranger', 404, 'NO_SUCH_ENTRY'],
    [501, 'origin', 404, 'NO_SUCH_ENTRY'],
    [0, 'origin', 404, 'NO_SUCH_ENTRY'],
    [900, 'inspector', 404, 'NO_SUCH_ENTRY'],
  ])('of event %d to %s is %d %s', async (number, token, status, code) => {
    const response = await get(`${sampleId(number)}.zip`, token);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code });
  });

  it.each(['nothing.zip', `${sampleId(500)}`, `${sampleId(500).toUpperCase()}.zip`])('has no %s', async (path) => {
    const response = await get(path, 'inspector');
    expect(await response.json()).toMatchObject({ status: 404, code: 'NOT_A_RESOURCE' });
  });
});

describe('LedgerEntry.leaf and evidence', () => {
  const ask = async (token: string, id: string): Promise<unknown> => {
    const query =
      'query ($id: ID!) { ledgerEntry(eventId: $id) { leafHash leaf } evidence(eventId: $id) { eventId zip } }';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query, variables: { id } });
    const response = await fetch(app.graphqlUrl, { method: 'POST', headers, body });
    return ((await response.json()) as { data?: unknown }).data;
  };

  it.each([
    ['origin', 500],
    ['inspector', 501],
  ])('are given to %s for event %d', async (token, number) => {
    const id = sampleId(number);
    const leaf = Buffer.from(node.events.all.find((event) => event.id === id)!.data).toString('latin1');
    const zip = Buffer.from(await bytesOf(await get(`${id}.zip`, token))).toString('base64');
    expect(await ask(token, id)).toEqual({
      ledgerEntry: { leafHash: expect.any(String), leaf },
      evidence: { eventId: id, zip },
    });
  });

  it.each([
    ['stranger', 500],
    ['operator', 500],
    ['origin', 501],
  ])('are hashes only for %s of event %d', async (token, number) => {
    expect(await ask(token, sampleId(number))).toEqual({
      ledgerEntry: { leafHash: expect.any(String), leaf: null },
      evidence: null,
    });
  });
});
