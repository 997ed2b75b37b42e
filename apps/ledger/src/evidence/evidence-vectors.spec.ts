import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { evidenceCases, evidenceZip, vectorAnchor, vectorTrust } from '../testing/evidence-vectors.js';
import { nodePrimitives, type Verifier, verifier } from '../testing/offline-verifier.js';
import { checkEvidence } from './evidence-check.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const codeOf = (verdict: { readonly ok: boolean; readonly code?: string }): string | null =>
  verdict.ok ? null : String(verdict.code);

describe('test/vectors/evidence', () => {
  it('has bundles that verify and bundles that do not', () => {
    expect(evidenceCases.filter(({ code }) => code === null).length).toBeGreaterThan(4);
    expect(evidenceCases.filter(({ code }) => code !== null).length).toBeGreaterThan(30);
    for (const { name, code } of evidenceCases) expect([name, name.endsWith('_fail')]).toEqual([name, code !== null]);
  });

  it.each(evidenceCases.map((one) => [one.name, one] as const))('%s', async (_, { name, code, level }) => {
    const { verifyZip }: Verifier = verifier;
    const zip = evidenceZip(name);
    expect(codeOf(checkEvidence(zip, vectorTrust, level))).toBe(code);
    expect(codeOf(await verifyZip(nodePrimitives, zip, { anchor: vectorAnchor, level }))).toBe(code);
  });

  it('are what the program writes today, byte for byte', async () => {
    const check = ['--no-warnings', join(ROOT, 'tools/evidence-vectors.mjs'), '--check'];
    await expect(promisify(execFile)(process.execPath, check)).resolves.toEqual({ stdout: '', stderr: '' });
  });

  it('gives the same facts by both', async () => {
    for (const { name } of evidenceCases.filter(({ code }) => code === null)) {
      const verdict = checkEvidence(evidenceZip(name), vectorTrust);
      expect(await verifier.verifyZip(nodePrimitives, evidenceZip(name), { anchor: vectorAnchor })).toMatchObject({
        ...verdict,
        isAnchored: true,
      });
    }
  });

  it('is consistent in itself, and no more, without an anchor', async () => {
    const without = ['KEY_UNTRUSTED', 'KEY_PERIOD', 'KEY_COMPROMISED', 'LOG_UNTRUSTED', 'POLICY_UNTRUSTED'];
    for (const { name, code, level } of evidenceCases) {
      const expected = without.includes(String(code)) ? null : code;
      const verdict = await verifier.verifyZip(nodePrimitives, evidenceZip(name), { level });
      expect([name, codeOf(verdict)]).toEqual([name, expected]);
      expect(codeOf(checkEvidence(evidenceZip(name), undefined, level))).toBe(expected);
      if (verdict.ok) expect(verdict.isAnchored).toBe(false);
    }
  });
});
