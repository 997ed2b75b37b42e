import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { hub } from './running-hub.js';

const folder = fileURLToPath(new URL('../../apps/hub/scenarios/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

it('every scenario of the project ends as it says, through the public API of four nodes', async () => {
  expect(files.length).toBeGreaterThan(20);
  const { code, stdout, stderr } = await hub(['scenario', ...files.map((file) => `${folder}${file}`), '--json']);
  const { scenarios } = JSON.parse(stdout) as { scenarios: { scenario: string; ok: boolean; fault?: string }[] };
  expect(scenarios.filter(({ ok }) => !ok)).toEqual([]);
  expect([scenarios.length, code]).toEqual([files.length, 0]);
  expect(stderr.match(/^ok /gm)).toHaveLength(files.length);
}, 900_000);
