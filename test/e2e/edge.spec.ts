import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IncomingRecord } from '@delta-hub/broker';
import { openSqliteBroker } from '@delta-hub/broker/sqlite';
import { generateKeyPair, parseVkey, type PrivateJwk, signerFromJwk } from '@delta-hub/crypto';
import { mintToken } from '@delta-hub/crypto/tokens';
import { formatTreeHead, signNote } from '@delta-hub/ledger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventIn, metricIn } from './answers.js';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

const data = temporary();
let running: RunningHub;
const urls: Record<string, string> = {};
let officer = '';
let operator = '';

const tokenFor = async (node: string, agency: string, role: string): Promise<string> => {
  const { stdout } = await hub(['token', '--data', data.path, '--node', node, '--agency', agency, '--role', role]);
  return stdout.trim();
};

beforeAll(async () => {
  running = RunningHub.start(['up', '--data', data.path, '--port', '0'], { DELTA_HUB_STORE_MAX_BYTES: '1048576' });
  Object.assign(urls, await running.addresses());
  officer = await tokenFor('32', 'cca-320509', 'officer');
  operator = await tokenFor('32', 'prov-320000', 'operator');
}, PATIENCE_MS);

afterAll(async () => {
  await running.kill('SIGTERM');
  data.remove();
}, PATIENCE_MS);

interface Answer {
  readonly status: number;
  readonly body: {
    readonly code?: string;
    readonly data?: Record<string, unknown>;
    readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  };
}

const post = async (node: string, token: string | undefined, body: string, more: object = {}): Promise<Answer> => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${urls[node]!}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...more },
    body,
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
};
const ask = (node: string, token: string | undefined, query: string): Promise<Answer> =>
  post(node, token, JSON.stringify({ query }));

describe('a token', () => {
  it('is needed', async () =>
    expect(await ask('32', undefined, '{ node { id } }')).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_MISSING' },
    }));

  it('of another issuer is refused', async () => {
    const caller = { officerId: 'officer-1', role: 'officer', agencyId: 'cca-320509', node: '32' } as const;
    const foreign = await mintToken(
      generateKeyPair().privateJwk,
      { ...caller, issuer: 'urn:another:issuer', audience: 'delta-hub-node-32' },
      600,
    );
    expect(await ask('32', foreign, '{ node { id } }')).toMatchObject({
      status: 401,
      body: { code: expect.stringMatching(/^TOKEN_(ISSUER|SIGNATURE)$/) as unknown },
    });
  });

  it('for another node is refused', async () => {
    expect(await ask('31', officer, '{ node { id } }')).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_AUDIENCE' },
    });
  });
});

describe('a request', () => {
  it('that is not JSON is refused', async () =>
    expect(await post('32', officer, '{"query":')).toMatchObject({ status: 400, body: { code: 'MALFORMED_JSON' } }));
  it('that is too large is refused', async () =>
    expect(await post('32', officer, JSON.stringify({ query: ' '.repeat(300_000) }))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    }));

  it('is answered across both subgraphs', async () => {
    const query = `{ person(id: "T-320509-0001") { answerable(at: "2025-03-20T00:00:00+08:00") { agency { id } from until }
      transfers { status facts { ledger { index } } ledger { index proof { treeSize checkpoint } } } } }`;
    const { body } = await ask('32', officer, query);
    expect(body).toEqual({
      data: {
        person: {
          answerable: {
            agency: { id: 'cca-320509' },
            from: '2025-01-06T01:00:00.000Z',
            until: '2025-03-24T01:05:00.000Z',
          },
          transfers: [
            {
              status: 'COMPLETED',
              facts: Array.from({ length: 23 }, (_, index) => ({ ledger: { index: index + 1 } })),
              ledger: Array.from({ length: 23 }, (_, index) => ({
                index: index + 1,
                proof: {
                  treeSize: 24,
                  checkpoint: expect.stringMatching(/^delta-hub\.cn\/ledger\/32\n24\n/),
                },
              })),
            },
          ],
        },
      },
    });
  });

  it('about somebody else’s person is answered with nothing', async () => {
    const stranger = await tokenFor('32', 'cca-320583', 'officer');
    expect(
      (await ask('32', stranger, '{ person(id: "T-320509-0001") { id } transfers { edges { cursor } } }')).body,
    ).toEqual({ data: { person: null, transfers: { edges: [] } } });
  });
});

describe('a command', () => {
  const apply = (division: string): string =>
    `mutation { applyTransfer(idempotencyKey: "${randomUUID()}", input: { personId: "T-320509-0001", receivingDivision: "${division}", reason: study }) { __typename ... on Refusal { code } } }`;

  it('with a wrong county code is refused', async () =>
    expect((await ask('32', officer, apply('310199'))).body.data).toEqual({
      applyTransfer: { __typename: 'InputRefusal', code: 'DIVISION_UNKNOWN' },
    }));
  it('about a person who has moved away is refused', async () =>
    expect((await ask('32', officer, apply('310118'))).body.data).toEqual({
      applyTransfer: { __typename: 'AuthorityRefusal', code: 'PERSON_NOT_YOURS' },
    }));

  it('carries the trace of its request into the fact, and nothing that is no trace', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const factOf = async (n: number, traceparent: string) => {
      const query = `mutation { registerIntake(idempotencyKey: "${randomUUID()}", input: { personId: "T-320509-${n}", category: Parole, correctionStart: "2025-01-06", correctionEnd: "2026-01-05" }) { ... on IntakeRecorded { facts { jws } } } }`;
      const { data: said } = (await post('32', officer, JSON.stringify({ query }), { traceparent })).body;
      return eventIn((said!['registerIntake'] as { facts: { jws: string }[] }).facts[0]!.jws);
    };
    expect((await factOf(901, trace))['traceparent']).toBe(trace);
    expect(await factOf(902, '00-nothing')).not.toHaveProperty('traceparent');
  });

  it(
    'that finds the store full stores nothing, and what is stored is still served',
    async () => {
      const intake = (n: number): string =>
        `mutation { registerIntake(idempotencyKey: "${randomUUID()}", input: { personId: "T-320509-${n}", category: Parole, correctionStart: "2025-01-06", correctionEnd: "2026-01-05" }) { __typename } }`;
      const codes = new Set<string>();
      for (let n = 1000; n < 3000 && codes.size === 0; n++)
        for (const { extensions } of (await ask('32', officer, intake(n))).body.errors ?? [])
          codes.add(extensions.code);
      expect([...codes]).toEqual(['STORAGE_FULL']);
      expect((await ask('32', officer, '{ person(id: "T-320509-0001") { id } }')).body.data).toEqual({
        person: { id: 'T-320509-0001' },
      });
    },
    PATIENCE_MS,
  );
});

/** What a node says that is ready. One a part of which has not answered for two seconds, as on a busy machine, is asked again. */
const readyz = async (node: string, query = ''): Promise<string> => {
  for (;;) {
    const answer = await fetch(`${urls[node]!}/readyz${query}`);
    const text = await answer.text();
    if (answer.status !== 503) {
      expect(answer.status).toBe(200);
      return text;
    }
  }
};

describe('beside GraphQL', () => {
  it('a node tells Prometheus what it does, and nothing about anybody', async () => {
    const answer = await fetch(`${urls['32']!}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    let text = await answer.text();
    const valueOf = (metric: string): number => metricIn(text, metric) ?? 0;
    while (valueOf('hub_ready{region="32"}') === 0) text = await (await fetch(answer.url)).text();
    const completed = (source: string): number =>
      valueOf(`hub_facts_stored_total{type="cn.delta-hub.transfer.completed.v1",source="${source}",region="32"}`);
    expect(valueOf('hub_events_signed_total{suite="EdDSA",region="32"}')).toBeGreaterThan(10);
    expect(valueOf('hub_ledger_size{region="32"}')).toBeGreaterThan(10);
    expect(completed('31') + completed('32')).toBe(1);
    expect(metricIn(text, 'hub_consumer_stalled{consumer="consumer-31",region="32"}')).toBe(0);
    expect(text).toMatch(/^hub_http_request_seconds_count\{[^}]*route="\/graphql",status="200"[^}]*\} \d+$/m);
    expect(text).not.toMatch(/T-3\d{5}|transfer-[0-9a-f]{8}|officer-/);
  });

  it('a node says that it lives and is ready, and publishes its keys and its head', async () => {
    expect((await fetch(`${urls['31']!}/livez`)).status).toBe(200);
    expect((JSON.parse(await readyz('31')) as { status: string }).status).toMatch(/^(ready|degraded)$/);
    const unknown = await fetch(`${urls['31']!}/readyz?without=everything`);
    expect([unknown.status, ((await unknown.json()) as { code: string }).code]).toEqual([400, 'CHECK_UNKNOWN']);
    for (const [node, url] of Object.entries(urls)) {
      expect(await (await fetch(`${url}/startupz?verbose`)).text()).toBe('started\n');
      expect(await readyz(node, '?verbose')).toMatch(/^(\[[+!]\] [a-z]+ .*\n){8}(ready|degraded)\n$/);
    }
    expect(await (await fetch(`${urls['31']!}/.well-known/jwks.json`)).json()).toMatchObject({
      keys: [{ kid: '31/1', alg: 'EdDSA', use: 'sig' }],
    });
    expect(await (await fetch(`${urls['31']!}/ledger/checkpoint`)).text()).toMatch(/^delta-hub\.cn\/ledger\/31\n23\n/);
  });

  it(
    'a forged record on the broker ends in quarantine with its reason',
    async () => {
      const broker = await openSqliteBroker(join(data.path, 'broker.db'));
      const forged = {
        key: 'transfer-x',
        value: Buffer.from('{"specversion":"1.0"}'),
        headers: { 'content-type': 'application/cloudevents+json', jws: 'e30..AA' },
      };
      await broker.publish('delta-hub.33.events.v1', [forged]);
      await broker.close();
      const query = '{ quarantine { edges { node { check topic refusedSize fact { type node } } } } }';
      const inspector = await tokenFor('34', 'prov-340000', 'inspector');
      let edges: unknown[] = [];
      while (edges.length === 0)
        edges = ((await ask('34', inspector, query)).body.data as { quarantine: { edges: unknown[] } }).quarantine
          .edges;
      expect(edges).toEqual([
        {
          node: {
            check: 'FORM',
            topic: 'delta-hub.33.events.v1',
            refusedSize: 21,
            fact: { type: 'cn.delta-hub.refusal.issued.v1', node: '34' },
          },
        },
      ]);
      expect((await ask('32', officer, query)).body.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect((await ask('32', operator, '{ transfers { edges { cursor } } }')).body.data).toEqual({
        transfers: { edges: [] },
      });
    },
    PATIENCE_MS,
  );

  it(
    'a replayed record changes nothing, an altered one ends in quarantine for its signature',
    async () => {
      const topic = 'delta-hub.32.events.v1';
      const broker = await openSqliteBroker(join(data.path, 'broker.db'));
      const { promise, resolve } = Promise.withResolvers<IncomingRecord>();
      const reading = await broker.subscribe(topic, [], (record) => Promise.resolve(resolve(record)));
      const { key, value, headers } = await promise;
      await reading.stop();
      const text = Buffer.from(value).toString('utf8');
      expect(text).toContain('"employment"');
      const altered = Buffer.from(text.replace('"employment"', '"study"'), 'utf8');
      await broker.publish(topic, [
        { key, value, headers },
        { key, value: altered, headers },
      ]);
      await broker.close();
      const inspector = await tokenFor('31', 'prov-310000', 'inspector');
      const query = '{ quarantine { edges { node { check topic } } } }';
      let checks: string[] = [];
      while (checks.length === 0) {
        const { body } = await ask('31', inspector, query);
        const { edges } = body.data!['quarantine'] as { edges: { node: { check: string; topic: string } }[] };
        checks = edges.filter(({ node }) => node.topic === topic).map(({ node }) => node.check);
      }
      expect(checks).toEqual(['SIGNATURE']);
      const receiving = await tokenFor('31', 'cca-310118', 'officer');
      const { body } = await ask('31', receiving, '{ person(id: "T-320509-0001") { transfers { facts { id } } } }');
      const { transfers } = body.data!['person'] as { transfers: { facts: { id: string }[] }[] };
      const ids = transfers.flatMap(({ facts }) => facts.map(({ id }) => id));
      expect([ids.length, new Set(ids).size]).toEqual([23, 23]);
    },
    PATIENCE_MS,
  );
});

/** Records of peers that wait at node 31, and the nodes whose facts are not accepted there. */
interface Waiting {
  readonly held: number;
  readonly frozen: readonly string[];
}

describe('a log whose key signed two histories', () => {
  const topic = 'delta-hub.32.events.v1';
  const quarantined = async (node: string, token: string): Promise<number> => {
    const { body } = await ask(node, token, '{ quarantine { edges { node { check topic } } } }');
    const { edges } = body.data!['quarantine'] as { edges: { node: { check: string; topic: string } }[] };
    return edges.filter((edge) => edge.node.topic === topic && edge.node.check === 'FORM').length;
  };
  const waiting = async (): Promise<Waiting> => {
    const { held, ledger } = (await (await fetch(`${urls['31']!}/readyz`)).json()) as {
      readonly held: number;
      readonly ledger: { readonly witnessing: Pick<Waiting, 'frozen'> };
    };
    return { held, frozen: ledger.witnessing.frozen };
  };

  /** Shows the witness at node 31 another head of the size that it has cosigned, signed with the log's own key. */
  const showAnother = async (): Promise<number> => {
    const files = join(data.path, 'nodes', '32');
    const { nodes } = JSON.parse(readFileSync(join(files, 'trust.json'), 'utf8')) as {
      nodes: { node: string; ledgerKeys: { vkey: string }[] }[];
    };
    const { name, keyId } = parseVkey(nodes.find(({ node }) => node === '32')!.ledgerKeys[0]!.vkey);
    const key = JSON.parse(readFileSync(join(files, 'keys', 'ledger-1.json'), 'utf8')) as PrivateJwk;
    const signer = signerFromJwk(key, name);
    const known = await (await fetch(`${urls['31']!}/witness/${hash('sha256', name)}/checkpoint`)).text();
    const size = Number(known.split('\n')[1]);
    const head = formatTreeHead({ origin: name, size, root: new Uint8Array(32).fill(7) });
    const note = signNote(head, { name, keyId, sign: (text) => signer.sign(text) });
    const body = `old ${size}\n\n${note}`;
    return (await fetch(`${urls['31']!}/witness/add-checkpoint`, { method: 'POST', body })).status;
  };

  it(
    'is shown with its proof; its facts wait until an operator settles it, and are judged then',
    async () => {
      const [here, there] = [
        await tokenFor('31', 'prov-310000', 'inspector'),
        await tokenFor('33', 'prov-330000', 'inspector'),
      ];
      const forks = async () => (await ask('31', here, '{ forks { origin settledAt reason proof } }')).body.data;
      expect(await forks()).toEqual({ forks: [] });
      expect(await showAnother()).toBe(422);
      const origin = 'delta-hub.cn/ledger/32';
      const proof = expect.stringContaining(Buffer.alloc(32, 7).toString('base64')) as unknown;
      expect(await forks()).toEqual({ forks: [{ origin, settledAt: null, reason: null, proof }] });
      expect(await waiting()).toEqual({ held: 0, frozen: ['32'] });

      const [before, elsewhere] = [await quarantined('31', here), await quarantined('33', there)];
      const broker = await openSqliteBroker(join(data.path, 'broker.db'));
      const headers = { 'content-type': 'application/cloudevents+json', jws: 'e30..AA' };
      await broker.publish(topic, [{ key: 'transfer-x', value: Buffer.from('{"specversion":"1.0"}'), headers }]);
      await broker.close();
      while ((await quarantined('33', there)) === elsewhere);
      while ((await waiting()).held === 0);
      expect(await quarantined('31', here)).toBe(before);

      const reason = 'a backup was put back at 32; its operator has shown how';
      const node = join(data.path, 'nodes', '31');
      expect(await hub(['ledger', 'settle', node, '--forked', '32', '--reason', reason])).toMatchObject({
        code: 0,
        stdout: 'settled 1 fork of the log of node 32\n',
      });
      const settledAt = expect.any(String) as unknown;
      expect(await forks()).toEqual({ forks: [{ origin, settledAt, reason, proof }] });
      // Whatever is new to the node has it look again at what waits; without any news it does so within a minute.
      const intake = `mutation { registerIntake(idempotencyKey: "${randomUUID()}", input: { personId: "T-310118-0009", category: Parole, correctionStart: "2025-01-06", correctionEnd: "2026-01-05" }) { __typename } }`;
      await ask('31', await tokenFor('31', 'cca-310118', 'officer'), intake);
      while ((await quarantined('31', here)) === before);
      // It is let go when its refusal is stored, which others may see first.
      while ((await waiting()).held > 0);
      expect(await waiting()).toEqual({ held: 0, frozen: [] });
    },
    PATIENCE_MS,
  );
});
