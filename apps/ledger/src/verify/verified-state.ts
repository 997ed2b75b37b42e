import { fromBase64, nodesFromTiles, rootAt, type TileReader, toBase64 } from '@delta-hub/ledger';
import { sha256Tree } from '../log-identity.js';
import { finding } from './finding.js';
import type { RangeVerdict } from './range.js';
import type { Finding, VerifiedState, VerifyLevel, VerifyOptions } from './report.js';

export const stateOf = (origin: string, level: VerifyLevel, { reached, root }: RangeVerdict): VerifiedState => ({
  origin,
  level,
  size: reached,
  root: toBase64(root),
});

/** Reads a state that was written as JSON; undefined when it is none. */
export const parseVerifiedState = (value: unknown): VerifiedState | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { origin, level, size, root } = value as Readonly<Record<string, unknown>>;
  if (typeof origin !== 'string' || (level !== 'structure' && level !== 'signatures')) return undefined;
  if (!Number.isSafeInteger(size) || Number(size) < 0 || typeof root !== 'string') return undefined;
  return fromBase64(root)?.length === sha256Tree.empty.length ? { origin, level, size: Number(size), root } : undefined;
};

/**
 * What shows that a log does not begin with what was verified. When it does, the hashes of its tiles that are needed to
 * go on are right: the root commits to each of them. That the tree of the new head continues them shows consistency.
 */
export const sinceFault = (since: VerifiedState, origin: string, tile: TileReader): Finding | undefined => {
  const { size } = since;
  if (since.origin !== origin) return finding('ORIGIN', undefined, since.origin, origin);
  if (size === 0) return undefined;
  try {
    const root = toBase64(rootAt(sha256Tree, nodesFromTiles(sha256Tree, tile), size));
    return root === since.root ? undefined : finding('HISTORY', size - 1, `root ${since.root}`, `root ${root}`);
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    return finding('HISTORY', size - 1, `the ${size} entries that were verified`, (error as Error).message);
  }
};

/** Adds up what is told of parts; the end is told once, by whoever comes to it. */
export const tellProgress = (
  { progress }: VerifyOptions,
  from: number,
  total: number,
): ((verified: number) => void) => {
  let verified = from;
  return (more) => {
    verified += more;
    progress?.({ verified, total });
  };
};
