import { openEvent, type TrustList } from '@delta-hub/crypto';
import type { WalkSource } from './leaf-walk.js';
import type { VerifyLevel } from './report.js';

/** How entries are opened at a level of verification: by the keys of the trust list, each at the time of its event. */
export const openerOf = (level: VerifyLevel, trust: TrustList): WalkSource['open'] =>
  level === 'structure' ? undefined : (leaf) => openEvent(leaf, trust);
