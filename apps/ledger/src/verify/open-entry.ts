import { type KeyRule, type OpenedEvent, openEvents, type RefusedEvent } from '@delta-hub/crypto';
import type { VerifyLevel } from './report.js';

/** The event of an entry, verified; undefined where only the structure is looked at. */
export type Opened = OpenedEvent | RefusedEvent | undefined;

/** Verifies the events of leaves that follow each other from index `first` on. */
export type OpenEntries = (leaves: readonly Uint8Array[], first: number) => readonly Opened[];

/**
 * How entries are opened at a level of verification: each by the keys that are valid at its index. The one place where
 * it is decided which key may sign what.
 */
export const openerOf = (level: VerifyLevel, rule: (index: number) => KeyRule): OpenEntries =>
  level === 'structure'
    ? (leaves) => leaves.map(() => undefined)
    : (leaves, first) => openEvents(leaves, (at) => rule(first + at));
