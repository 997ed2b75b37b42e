import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, PERSON, type SampleNode, startNode } from './testing/node.js';

const QUERY = `{ person(id: "${PERSON}") { transfers { ledger { index } } } }`;

let node: SampleNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

describe('headers', () => {
  it('hands on a token, a trace and a request id, and nothing else of the client', async () => {
    const kept = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-request-id': 'r-1',
    };
    const dropped = {
      cookie: 'session=1',
      'x-forwarded-for': '203.0.113.7',
      'x-agency': 'A-1',
      'user-agent': 'spec/1',
    };
    const before = { handoff: node.handoff.seen.length, ledger: node.ledger.seen.length };
    await ask(node.gateway, QUERY, { ...kept, ...dropped });
    const seen = [...node.handoff.seen.slice(before.handoff), ...node.ledger.seen.slice(before.ledger)];
    expect(seen).toHaveLength(2);
    for (const { headers } of seen) {
      expect(headers).toMatchObject({ ...kept, authorization: 'Bearer good.token' });
      for (const name of ['cookie', 'x-forwarded-for', 'x-agency']) expect(headers).not.toHaveProperty(name);
      expect(JSON.stringify(headers)).not.toContain('spec/1');
    }
  });

  it('of another form are dropped, and a request without an id gets one', async () => {
    const lastSeen = () => node.handoff.seen.at(-1)?.headers;
    for (const id of [undefined, 'x'.repeat(65), 'a b']) {
      const answer = await ask(node.gateway, QUERY, {
        traceparent: 'of another form',
        ...(id === undefined ? {} : { 'x-request-id': id }),
      });
      const given = answer.headers.get('x-request-id');
      expect(given).toMatch(/^[0-9a-f-]{36}$/);
      expect(lastSeen()).toMatchObject({ 'x-request-id': given });
      expect(lastSeen()).not.toHaveProperty('traceparent');
    }
  });
});
