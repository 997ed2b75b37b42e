import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { hub, PATIENCE_MS } from './running-hub.js';

const own = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));

it(
  'four nodes judge by a pack, an overlay and a calendar that their installation brings',
  async () => {
    const { code, stdout } = await hub(['scenario', own('own-rules.scenario.yaml'), '--json'], {
      DELTA_HUB_RULES: own('own-rules.yaml'),
    });
    expect([(JSON.parse(stdout) as { scenarios: unknown[] }).scenarios, code]).toMatchObject([[{ ok: true }], 0]);
  },
  PATIENCE_MS,
);

it(
  'rules that cannot be are refused before anything starts',
  async () => {
    const { code, stderr } = await hub(['scenario', own('own-rules.scenario.yaml')], {
      DELTA_HUB_RULES: own('own-rules.scenario.yaml'),
    });
    expect(stderr).toMatch(/^RULES_INVALID: .*own-rules\.scenario\.yaml: /m);
    expect(code).toBe(2);
  },
  PATIENCE_MS,
);
