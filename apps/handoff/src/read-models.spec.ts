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

/** What another program finds in the file. */
const committed = (path: string): unknown => {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare('SELECT position FROM progress').get();
  db.close();
  return row?.['position'];
};

it('what was applied is there at once, in the file once it is committed, and is not lost by closing', () => {
  const path = join(dir, 'read.db');
  const models = new ReadModels(path);
  models.apply(3n, () => models.putMerge('person-a', ['a', 'b']));
  expect([models.position(), models.mergeStreams('a'), committed(path)]).toEqual([3n, ['person-a'], undefined]);
  models.commit();
  expect(committed(path)).toBe(3);
  models.apply(4n, () => undefined);
  models.close();
  expect(committed(path)).toBe(4);
});

it('is committed by itself after a thousand events', () => {
  const path = join(dir, 'read.db');
  const models = new ReadModels(path);
  for (let position = 1n; position <= 1100n; position++) models.apply(position, () => undefined);
  expect(Number(committed(path))).toBeGreaterThanOrEqual(1000);
  models.close();
});

it('what cannot be written takes back all that was not committed, tells of it, and what follows is committed one by one', () => {
  const path = join(dir, 'read.db');
  const models = new ReadModels(path);
  const told: unknown[] = [];
  models.takenBack = () => told.push(models.position());
  models.apply(3n, () => undefined);
  models.commit();
  models.apply(4n, () => models.putMerge('person-a', ['a', 'b']));
  expect(() => models.apply(5n, () => models.putOutage(undefined as never))).toThrow();
  expect([told, models.position(), models.mergeStreams('a')]).toEqual([[3n], 3n, []]);
  models.apply(4n, () => undefined);
  expect(committed(path)).toBe(4);
  models.close();
});
