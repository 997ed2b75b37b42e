import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Positions } from './positions.js';
import { until } from './testing/until.js';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'delta-hub-positions-'));
  file = join(dir, 'positions.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What another process reads. */
const written = (): unknown => {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare('SELECT name, value FROM positions ORDER BY name')
      .all()
      .map(({ name, value }) => [name, value]);
  } finally {
    db.close();
  }
};

it('knows at once what was saved, writes it soon, and has it after a restart', async () => {
  const positions = new Positions(file);
  positions.set('publisher', '1');
  positions.set('publisher', '2');
  positions.set('projector', '7');
  expect([positions.get('publisher'), positions.get('projector'), positions.get('none')]).toEqual([
    '2',
    '7',
    undefined,
  ]);
  const both = [
    ['projector', '7'],
    ['publisher', '2'],
  ];
  await until(() => JSON.stringify(written()) === JSON.stringify(both));
  positions.set('publisher', '3');
  positions.close();
  const again = new Positions(file);
  expect([again.get('publisher'), again.get('projector')]).toEqual(['3', '7']);
  again.close();
});

it('tells whoever saves next that nothing can be written, and writes all of it when it can', async () => {
  const positions = new Positions(file);
  const other = new DatabaseSync(file);
  other.exec('ALTER TABLE positions RENAME TO gone');
  positions.set('publisher', '1');
  let refused: unknown;
  await until(() => {
    try {
      positions.set('projector', '2');
    } catch (error) {
      refused = (error as Error).message;
    }
    return refused !== undefined;
  });
  expect(refused).toBe('no such table: positions');
  other.exec('ALTER TABLE gone RENAME TO positions');
  other.close();
  positions.set('copies', '3');
  positions.close();
  expect(written()).toEqual([
    ['copies', '3'],
    ['projector', '2'],
    ['publisher', '1'],
  ]);
});
