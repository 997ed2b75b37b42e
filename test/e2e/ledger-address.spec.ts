import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hub, PATIENCE_MS, RunningHub, temporary } from './running-hub.js';

const data = temporary();
let running: RunningHub;
let url = '';

beforeAll(async () => {
  running = RunningHub.start(['up', '--data', data.path, '--port', '0']);
  url = (await running.addresses())['31']!;
}, PATIENCE_MS);

afterAll(async () => {
  await running.kill('SIGTERM');
  data.remove();
}, PATIENCE_MS);

/** A token of node 31. */
const tokenFor = async (agency: string, role: string): Promise<string> => {
  const { stdout } = await hub(['token', '--data', data.path, '--node', '31', '--agency', agency, '--role', role]);
  return stdout.trim();
};

interface Replayed {
  readonly data: {
    readonly replay: {
      readonly edges: readonly { readonly node: { readonly type: string; readonly verdict: string } }[];
    };
  };
}

describe('the ledger of a node, from its address', () => {
  it(
    'is verified by an inspector only',
    async () => {
      const trust = join(data.path, 'nodes', '31', 'trust.json');
      const inspector = await tokenFor('cca-310118', 'inspector');
      expect(await hub(['ledger', 'verify', url, '--trust', trust, '--token', inspector])).toMatchObject({
        code: 0,
      });
      const another = await tokenFor('cca-310118', 'officer');
      const { code, stderr } = await hub(['ledger', 'verify', url, '--trust', trust, '--token', another]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^TOKEN_REFUSED: /) as unknown });
    },
    PATIENCE_MS,
  );

  it(
    'is replayed by an inspector only',
    async () => {
      const replay = async (role: string) => {
        const token = await tokenFor('cca-310118', role);
        return hub(['ledger', 'replay', url, '--token', token, '--from', '4', '--json']);
      };
      const { code, stdout } = await replay('inspector');
      const [moment, ...lines] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect({ code, moment }).toMatchObject({ code: 0, moment: { origin: 'delta-hub.cn/ledger/31', from: 4 } });
      const { size } = moment as { size: number };
      expect(lines.slice(0, -1)).toEqual(
        Array.from({ length: size - 4 }, (_, at) => expect.objectContaining({ index: 4 + at, verdict: 'VERIFIED' })),
      );
      expect(lines.at(-1)).toEqual({ end: { entries: size - 4, bad: 0, verdict: 'VERIFIED' } });
      expect(await replay('officer')).toMatchObject({ code: 1, stdout: '' });
    },
    PATIENCE_MS,
  );

  it(
    'holds each replay of a person as a signed fact, which the next one shows',
    async () => {
      const inspection = 'cn.delta-hub.inspection.person-replayed.v1';
      const inspector = await tokenFor('prov-310000', 'inspector');
      const typesIn = async (scope: string): Promise<string[]> => {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${inspector}` },
          body: JSON.stringify({ query: `{ replay(scope: ${scope}) { edges { node { type verdict } } } }` }),
        });
        const { edges } = ((await response.json()) as Replayed).data.replay;
        expect(edges.every(({ node }) => node.verdict === 'VERIFIED')).toBe(true);
        return edges.map(({ node }) => node.type);
      };
      const person = '{ kind: PERSON, id: "T-320509-0001", reason: "complaint 7" }';
      expect(await typesIn(person)).not.toContain(inspection);
      let acts: string[] = [];
      while (!acts.includes(inspection)) acts = await typesIn('{ kind: AGENCY, id: "prov-310000" }');
      expect(await typesIn(person)).toContain(inspection);
    },
    PATIENCE_MS,
  );
});
