import { isAtOrAbove, readingAgency } from '@delta-hub/contracts';
import type { Caller } from '@delta-hub/crypto';
import { accessTo, contentOf } from '../evidence/evidence-access.js';
import type { ReplayScope } from './scope.js';

/**
 * Whether a caller may replay a scope at all. An inspector may replay everything of their node. An officer may replay a
 * case that they may see, and what belongs to their agency or one below it; of that they get the entries that
 * `accessToLeaf` gives them. Everybody else, and an officer for any other scope, may not. `opening`: the first leaf of a case.
 */
export const mayReplay = (
  caller: Caller,
  scope: ReplayScope,
  opening: (stream: string) => Uint8Array | undefined,
): boolean => {
  if (caller.role === 'inspector') return true;
  if (caller.role !== 'officer' && caller.role !== 'office-officer') return false;
  if (scope.kind === 'AGENCY') return isAtOrAbove(readingAgency(caller.agencyId), scope.id);
  if (scope.kind !== 'CASE') return false;
  const leaf = opening(scope.id);
  if (leaf === undefined) return false;
  const content = contentOf(leaf);
  return accessTo(caller, content, content) === 'granted';
};
