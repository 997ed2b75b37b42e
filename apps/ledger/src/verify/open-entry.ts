import { type KeyRule, openEvent } from '@delta-hub/crypto';
import type { WalkSource } from './leaf-walk.js';
import type { VerifyLevel } from './report.js';

/** How entries are opened at a level of verification: each by the keys that are valid at its index. */
export const openerOf = (level: VerifyLevel, rule: (index: number) => KeyRule): WalkSource['open'] =>
  level === 'structure' ? undefined : (leaf, index) => openEvent(leaf, rule(index));
