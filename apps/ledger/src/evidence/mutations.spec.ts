import { describe, expect, it, jest } from '@jest/globals';
import { evidenceZip, vectorAnchor, vectorTrust } from '../testing/evidence-vectors.js';
import { nodePrimitives, verifier } from '../testing/offline-verifier.js';
import { bound } from './bundle-files.js';
import { checkEvidence } from './evidence-check.js';
import { openZip, writeZip } from './zip.js';

jest.setTimeout(300_000);

const zip = evidenceZip('witnessed');

/** The code of both verdicts on a bundle that must not pass; both must be the same. */
const codesOf = async (bundle: Uint8Array): Promise<readonly [string, string]> => {
  const own = checkEvidence(bundle, vectorTrust);
  const offline = await verifier.verifyZip(nodePrimitives, bundle, { anchor: vectorAnchor });
  return [own.ok ? 'passes' : own.code, offline.ok ? 'passes' : offline.code];
};

const changed = (bytes: Uint8Array, at: number, by: number): Uint8Array => {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= by;
  return copy;
};

describe('one changed byte', () => {
  it('anywhere in the archive is refused', async () => {
    for (let at = 0; at < zip.length; at += 1)
      expect([at, ...(await codesOf(changed(zip, at, 1 << (at % 8))))]).toEqual([at, 'ZIP', 'ZIP']);
  });

  it('missing or too much is refused', async () => {
    for (const bundle of [new Uint8Array(0), zip.subarray(1), zip.subarray(0, -1), Uint8Array.of(...zip, 0)])
      expect(await codesOf(bundle)).toEqual(['ZIP', 'ZIP']);
  });

  it.each([...openZip(zip)!.keys()])('in %s is refused, though manifest and archive are made anew', async (name) => {
    const { 'manifest.json': _, ...files } = Object.fromEntries(openZip(zip)!);
    const original = openZip(zip)!.get(name)!;
    const codes = new Map<string, number>();
    for (let at = 0; at < original.length; at += 1) {
      const bytes = changed(original, at, 1 << (at % 7));
      const bundle =
        name === 'manifest.json' ? new Map([...openZip(zip)!, [name, bytes]]) : bound({ ...files, [name]: bytes });
      const [own, offline] = await codesOf(writeZip(bundle));
      expect([name, at, own]).toEqual([name, at, offline]);
      codes.set(own, (codes.get(own) ?? 0) + 1);
    }
    expect(codes.get('passes')).toBeUndefined();
    expect([...codes.values()].reduce((sum, count) => sum + count, 0)).toBe(original.length);
  });

  it('in a key event or its proof is refused as well', async () => {
    const rotated = openZip(evidenceZip('key-rotated'))!;
    const { 'manifest.json': _, ...files } = Object.fromEntries(rotated);
    for (const [name, original] of rotated)
      for (let at = 0; name.startsWith('keys.proof/') && at < original.length; at += 5) {
        const [own, offline] = await codesOf(
          writeZip(bound({ ...files, [name]: changed(original, at, 1 << (at % 7)) })),
        );
        expect([name, at, own, own === 'passes']).toEqual([name, at, offline, false]);
      }
  });
});
