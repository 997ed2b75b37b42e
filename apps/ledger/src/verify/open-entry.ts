import { type KeyRule, openEvent, type OpenedEvent, type RefusedEvent } from '@delta-hub/crypto';
import type { VerifyLevel } from './report.js';

/** Verifies the event of an entry; undefined where only the structure is looked at. */
export type OpenEntry = (leaf: Uint8Array, index: number) => OpenedEvent | RefusedEvent | undefined;

/**
 * How entries are opened at a level of verification: each by the keys that are valid at its index. The one place where
 * it is decided which key may sign what.
 */
export const openerOf = (level: VerifyLevel, rule: (index: number) => KeyRule): OpenEntry =>
  level === 'structure' ? () => undefined : (leaf, index) => openEvent(leaf, rule(index));
