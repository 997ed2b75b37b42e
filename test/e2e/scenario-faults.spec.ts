import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ended, hub, PATIENCE_MS, temporary } from './running-hub.js';

const folder = temporary();
afterAll(() => folder.remove());

const fileOf = (name: string, text: string): string => {
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
};

const HEAD = `
title: sample
actors:
  吴江: { agency: cca-320509 }
  巡: { agency: prov-320000, role: inspector }
steps:
  - at: 2025-03-10T09:00+08:00
    expect:
      - { by: 巡, query: '{ quarantine { edges { cursor } } }', fails: FORBIDDEN }
      - { by: 吴江, person: T-320509-9999, at: 2025-03-10T09:00+08:00, answerable: 吴江 }`;
const APPLY = `
  - at: 2025-03-11T09:00+08:00
    by: 吴江
    do: applyTransfer
    with: { personId: T-320509-9999, receivingDivision: '310118', reason: family, documents: [application] }`;

const unmet = fileOf('unmet.yaml', `scenario: unmet${HEAD}`);
const refused = fileOf('refused.yaml', `scenario: refused${HEAD}${APPLY}`);
const invalid = fileOf('invalid.yaml', 'scenario: invalid\ntitle: sample\nactors: {}\nsteps: []\n');

const UNMET = [
  {
    place: 'steps[0].expect[0]',
    expected: { fails: 'FORBIDDEN' },
    found: { quarantine: { edges: [] } },
  },
  { place: 'steps[0].expect[1]', expected: 'cca-320509', found: null },
];
const REFUSED = {
  place: 'steps[1].do',
  expected: 'applyTransfer recorded',
  found: expect.stringMatching(/^applyTransfer refused: [A-Z_]+: ./) as unknown,
};

interface Answer {
  readonly ok: boolean;
  readonly scenario: { readonly failures: readonly unknown[] };
}

/** The one object on standard output. */
const answerOf = <T>({ stdout }: Ended): T => {
  expect(stdout.match(/\n/g)).toHaveLength(1);
  return JSON.parse(stdout) as T;
};

describe('a scenario that does not hold', () => {
  it(
    'is told by `demo --json` with its refused act and everything else that failed, and ends with 3',
    async () => {
      const ended = await hub(['demo', '--json', '--scenario', refused]);
      const { ok, scenario } = answerOf<Answer>(ended);
      expect({ ok, scenario }).toEqual({
        ok: false,
        scenario: { id: 'refused', steps: 1, failures: [...UNMET, REFUSED], stopped: true },
      });
      expect(ended.code).toBe(3);
      expect(ended.stderr).toMatch(/^STEP_REFUSED: steps\[0\]\.expect\[0\]: /m);
    },
    PATIENCE_MS,
  );

  describe('is told by `scenario --json`', () => {
    let ended: Ended;
    beforeAll(async () => {
      ended = await hub(['scenario', '--json', unmet, refused]);
    }, PATIENCE_MS);

    it('with every expectation that was not met, file by file, and ends with 3', () => {
      const { scenarios } = answerOf<{ scenarios: { file: string; fault: string; report: Answer }[] }>(ended);
      expect(scenarios.map(({ file, report }) => [file, report.ok, report.scenario.failures])).toEqual([
        [unmet, false, UNMET],
        [refused, false, [...UNMET, REFUSED]],
      ]);
      expect(scenarios.map(({ fault }) => fault.split(':')[0])).toEqual(['SCENARIO_FAILED', 'STEP_REFUSED']);
      for (const { place } of UNMET) expect(scenarios[0]?.fault).toContain(`${place}: expected `);
      expect(ended.code).toBe(3);
    });
  });
});

describe('a file that is no scenario', () => {
  it.each([
    ['demo', '--json', '--scenario', invalid],
    ['scenario', '--json', unmet, invalid],
  ])('is told as one object before anything is played: %s %s', async (...args) => {
    const ended = await hub(args);
    const { ok, code, message } = answerOf<{ ok: boolean; code: string; message: string }>(ended);
    expect({ ok, code }).toEqual({ ok: false, code: 'SCENARIO_INVALID' });
    expect(message).toContain(`${invalid}: steps: `);
    expect(ended).toMatchObject({ code: 2, stderr: `${code}: ${message}\n` });
  });
});
