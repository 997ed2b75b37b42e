import { readFileSync } from 'node:fs';
import { parseTrustList } from '@delta-hub/crypto';
import type { Level } from '../evidence/offline/policy.js';
import { parseAnchor } from '../evidence/offline/anchor.js';

const directory = new URL('../../../../test/vectors/evidence/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, directory)));
const text = (name: string): string => Buffer.from(read(name)).toString('utf8');

/** One bundle of test/vectors/evidence and the check that it fails; null when it passes all of them. */
export interface EvidenceCase {
  readonly name: string;
  readonly code: string | null;
  readonly level?: Level;
}

export const evidenceCases = JSON.parse(text('cases.json')) as readonly EvidenceCase[];
export const evidenceZip = (name: string): Uint8Array => read(`${name}.zip`);
/** The trust list of the vectors, as each of the two verifiers reads it. */
export const vectorTrust = parseTrustList(JSON.parse(text('trust.json')));
export const vectorAnchor = parseAnchor(text('trust.json'));
