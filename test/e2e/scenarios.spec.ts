import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { hub } from './running-hub.js';

const folder = fileURLToPath(new URL('../../apps/hub/scenarios/', import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

const play = async (played: readonly string[]): Promise<void> => {
  const { code, stdout, stderr } = await hub(['scenario', ...played.map((file) => `${folder}${file}`), '--json']);
  const { scenarios } = JSON.parse(stdout) as { scenarios: { scenario: string; ok: boolean; fault?: string }[] };
  expect(scenarios.filter(({ ok }) => !ok)).toEqual([]);
  expect([scenarios.length, code]).toEqual([played.length, 0]);
  expect(stderr.match(/^ok /gm)).toHaveLength(played.length);
};

it('every scenario of the project ends as it says, through the public API of four nodes', async () => {
  expect(files.length).toBeGreaterThan(20);
  const [even, odd] = [0, 1].map((half) => files.filter((_, index) => index % 2 === half));
  await Promise.all([play(even!), play(odd!)]);
}, 1_800_000);
