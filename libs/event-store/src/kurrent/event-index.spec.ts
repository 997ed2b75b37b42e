import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventIndex } from './event-index.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-event-index-'));
  file = join(directory, 'index.db');
});
afterEach(() => rmSync(directory, { recursive: true }));

const placeOf = (position: number) => ({ stream: `case-${position}`, revision: 0n, position: BigInt(position) });

it('holds what the file does not take up to a limit, refuses what is beyond it, and takes that once there is room', () => {
  const index = new EventIndex(file);
  const other = new DatabaseSync(file);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END");
  const limit = 50_000;
  for (let n = 0; n < limit; n++) index.add(`id-${n}`, placeOf(n));
  expect(() => index.add('beyond', placeOf(limit))).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  expect(index.find('beyond')).toBeUndefined();
  expect(index.find('id-0')).toEqual(placeOf(0));
  expect(index.lastRevisionOf('case-7')).toBe(0n);

  other.exec('DROP TRIGGER full');
  other.close();
  index.add('beyond', placeOf(limit));
  index.close();
  const again = new EventIndex(file);
  expect(again.find('beyond')).toEqual(placeOf(limit));
  expect(again.find('id-49999')).toEqual(placeOf(49_999));
  expect(again.end()).toEqual({ position: BigInt(limit), id: 'beyond' });
  again.close();
});

it('keeps the first place of an id, and the last revision of each stream', () => {
  const index = new EventIndex(file);
  index.add('one', { stream: 'a', revision: 0n, position: 1n });
  index.add('two', { stream: 'a', revision: 1n, position: 2n });
  index.add('one', { stream: 'b', revision: 0n, position: 3n });
  index.close();
  const again = new EventIndex(file);
  again.add('three', { stream: 'a', revision: 2n, position: 4n });
  expect(again.find('one')).toEqual({ stream: 'a', revision: 0n, position: 1n });
  expect([again.lastRevisionOf('a'), again.lastRevisionOf('b'), again.lastRevisionOf('c')]).toEqual([
    2n,
    0n,
    undefined,
  ]);
  again.close();
});

it('makes a file of an earlier shape anew', () => {
  const earlier = new DatabaseSync(file);
  earlier.exec("CREATE TABLE events (position INTEGER PRIMARY KEY, id TEXT); INSERT INTO events VALUES (1, 'one')");
  earlier.exec('PRAGMA user_version = 1');
  earlier.close();
  const index = new EventIndex(file);
  expect([index.find('one'), index.end()]).toEqual([undefined, undefined]);
  index.close();
});
