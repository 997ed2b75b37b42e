import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ReadModels } from './read-models.js';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'delta-hub-read-'))));
afterEach(() => rmSync(dir, { recursive: true }));

it('tables of another shape, as another version left them, are built anew from the beginning', () => {
  const path = join(dir, 'read.db');
  const old = new DatabaseSync(path);
  old.exec('PRAGMA journal_mode=WAL; CREATE TABLE progress(one INTEGER PRIMARY KEY, position INTEGER NOT NULL)');
  old.exec('INSERT INTO progress VALUES(1, 7)');
  old.close();
  const models = new ReadModels(path);
  expect(models.position()).toBeUndefined();
  models.apply(3n, () => undefined);
  models.close();
});

it('tables of this shape are gone on with', () => {
  const path = join(dir, 'read.db');
  const first = new ReadModels(path);
  first.apply(3n, () => undefined);
  first.close();
  const again = new ReadModels(path);
  expect(again.position()).toBe(3n);
  again.close();
});
