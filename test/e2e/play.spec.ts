import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXPECTED_REPORT } from './expected-report.js';
import { type Ended, hub, PATIENCE_MS, temporary } from './running-hub.js';

const data = temporary();
const copies = temporary();
let first: Ended;
beforeAll(async () => {
  first = await hub(['demo', '--json', '--data', data.path]);
}, PATIENCE_MS);
afterAll(() => {
  data.remove();
  copies.remove();
});

describe('the play', () => {
  it('ends as the law has it, with one JSON object on standard output and its progress on standard error', () => {
    expect(first.code).toBe(0);
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(first.stdout)).toEqual(EXPECTED_REPORT);
    const progress = first.stderr.trimEnd().split('\n');
    expect(progress.filter((line) => /^2025-\d\d-\d\d \d\d:\d\d {2}/.test(line))).toHaveLength(11);
    expect([progress.at(0), progress.at(-1)]).toEqual(['starting the four nodes', 'verifying the ledgers']);
  });

  it(
    'is not played twice: the same transfer, the same ledgers, the same heads',
    async () => {
      const before = await hub(['ledger', 'verify', data.path, '--json']);
      const again = await hub(['demo', '--json', '--data', data.path]);
      const after = await hub(['ledger', 'verify', data.path, '--json']);
      expect(again.stderr).toContain('has been played before');
      expect(again.stderr).not.toMatch(/^2025-/m);
      expect(again.stdout).toBe(first.stdout);
      expect([before.code, after]).toEqual([0, { ...before }]);
    },
    PATIENCE_MS,
  );

  it.each([
    [
      'a leaf of the log',
      'ledger.db',
      'SELECT leaf AS bytes FROM entries WHERE pos = 5',
      'UPDATE entries SET leaf = ? WHERE pos = 5',
    ],
    [
      'a hash of a tile',
      'ledger.db',
      'SELECT hashes AS bytes FROM tiles WHERE level = 0 AND n = 0',
      'UPDATE tiles SET hashes = ? WHERE level = 0 AND n = 0',
    ],
    [
      'a stored event',
      'events.db',
      'SELECT data AS bytes FROM events WHERE position = 6',
      'UPDATE events SET data = ? WHERE position = 6',
    ],
    ['the root of the locked head', 'lock.db', 'SELECT root AS bytes FROM signed', 'UPDATE signed SET root = ?'],
  ])(
    'cannot hide one flipped byte in %s',
    async (what, file, read, write) => {
      const copy = join(copies.path, what.replaceAll(' ', '-'));
      cpSync(data.path, copy, { recursive: true });
      const db = new DatabaseSync(join(copy, 'nodes', '32', file));
      const bytes = Buffer.from(db.prepare(read).get()!['bytes'] as Uint8Array);
      bytes[20]! ^= 1;
      db.prepare(write).run(bytes);
      db.close();
      const { code, stderr } = await hub(['ledger', 'verify', copy]);
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: expect.stringMatching(/^VERIFICATION_FAILED: .*ledger\/32: \w+ at entry \d+/m) as unknown,
      });
    },
    PATIENCE_MS,
  );
});
