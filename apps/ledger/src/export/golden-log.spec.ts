import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { vectorTrust } from '../testing/evidence-vectors.js';
import { verifyLedger } from '../verify/verify-ledger.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const GOLDEN = join(ROOT, 'test/vectors/golden-log');

describe('the golden log', () => {
  it('verifies, every signature of it', async () => {
    expect(await verifyLedger({ files: GOLDEN }, vectorTrust)).toMatchObject({
      ok: true,
      origin: 'delta-hub.cn/ledger/32',
      size: 300,
      root: 'ahvNh3wui8hDDKYx6lIZUJOs0dv12EhoHj7xwNL2LIU=',
      counts: { entries: 300 },
    });
  });

  it('is what the program writes today, byte for byte', async () => {
    const check = ['--no-warnings', join(ROOT, 'tools/golden-log.mjs'), '--check'];
    await expect(promisify(execFile)(process.execPath, check)).resolves.toEqual({ stdout: '', stderr: '' });
  });

  it.each([
    ['checkpoint', 30],
    ['tile/0/000', 8191],
    ['tile/0/001.p/44', 0],
    ['tile/1/000.p/1', 16],
    ['tile/entries/000', 100_000],
    ['tile/entries/001.p/44', 29_567],
  ])('does not verify with one bit of %s flipped, at byte %i', async (file, at) => {
    const copy = mkdtempSync(join(tmpdir(), 'golden-log-'));
    try {
      cpSync(GOLDEN, copy, { recursive: true });
      const bytes = readFileSync(join(copy, file));
      writeFileSync(join(copy, file), bytes.with(at, bytes[at]! ^ 1));
      expect(await verifyLedger({ files: copy }, vectorTrust)).toMatchObject({ ok: false });
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});
