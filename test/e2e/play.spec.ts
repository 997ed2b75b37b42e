import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EXPECTED_REPORT } from './expected-report.js';
import { type Ended, hub, PATIENCE_MS, temporary, WITHOUT_ENGINES } from './running-hub.js';

const data = temporary();
const copies = temporary();
let first: Ended;
beforeAll(async () => {
  first = await hub(['demo', '--json', '--data', data.path], WITHOUT_ENGINES);
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
    expect(progress.filter((line) => /^2025-\d\d-\d\d \d\d:\d\d {2}/.test(line))).toHaveLength(15);
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

  it(
    'is replayed entry by entry, whole, from an entry on, of an agency, and as of a time that the witnesses gave',
    async () => {
      const node = join(data.path, 'nodes', '32');
      const replay = async (...args: readonly string[]) => {
        const { code, stdout } = await hub(['ledger', 'replay', node, '--json', ...args]);
        const lines = stdout.trimEnd().split('\n');
        return { code, lines: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>) };
      };
      const indexes = ({ lines }: Awaited<ReturnType<typeof replay>>) => lines.slice(1, -1).map(({ index }) => index);
      const size = 24;
      const all = Array.from({ length: size }, (_, index) => index);
      const whole = await replay();
      expect(whole.lines[0]).toMatchObject({ origin: 'delta-hub.cn/ledger/32', size, rule: 'NEWEST_HEAD', from: 0 });
      expect(indexes(whole)).toEqual(all);
      expect([whole.code, whole.lines.at(-1)]).toEqual([0, { end: { entries: size, bad: 0, verdict: 'VERIFIED' } }]);
      expect(indexes(await replay('--as-of', '9', '--from', '4'))).toEqual([4, 5, 6, 7, 8]);
      const beyond = await hub(['ledger', 'replay', node, '--as-of', '9', '--from', '10']);
      expect([beyond.code, beyond.stdout, beyond.stderr.split(':', 1)[0]]).toEqual([1, '', 'BEYOND_THE_HEAD']);
      expect(indexes(await replay('--agency', 'cca-310118'))).not.toContain(0);
      expect((await replay('--as-of', '2000-01-01T00:00:00.000Z')).lines[0]).toMatchObject({
        ...{ size: 0, rule: 'WITNESSED_TIME' },
      });
      const { code, stderr } = await hub(['ledger', 'replay', node, '--person', 'T-320509-0001']);
      expect([code, stderr.split(':', 1)[0]]).toEqual([2, 'USAGE']);
      const reason = ['--officer', 'inspector-1', '--reason', 'complaint 7'];
      expect(indexes(await replay('--person', 'T-320509-0001', ...reason))).toContain(0);
      const record = JSON.parse(readFileSync(join(node, 'inspections.ndjson'), 'utf8')) as unknown;
      expect(record).toMatchObject({
        officerId: 'inspector-1',
        personId: 'T-320509-0001',
        reason: 'complaint 7',
        size,
      });
    },
    PATIENCE_MS,
  );

  it(
    'is exported with the cosignatures of its head, and verified from the files alone',
    async () => {
      const [files, trust] = [join(copies.path, 'files'), join(data.path, 'nodes', '32', 'trust.json')];
      const exported = await hub(['ledger', 'export', join(data.path, 'nodes', '32'), files, '--json']);
      expect(JSON.parse(exported.stdout)).toMatchObject({ size: 24, cosignatures: 3 });
      const verify = () => hub(['ledger', 'verify', files, '--trust', trust, '--json']);
      const { code, stdout } = await verify();
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { ledgers: [{ size: 24, standing: { level: 'SEALED' } }] }]);
      const file = join(files, 'tile', 'entries', '000.p', '24');
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.with(300, bytes[300]! ^ 1));
      expect((await verify()).code).toBe(3);
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
