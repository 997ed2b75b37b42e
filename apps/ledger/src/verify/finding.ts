import type { Finding } from './report.js';

/** A finding that is about no event in particular. */
export const finding = (
  what: Finding['what'],
  position: number | undefined,
  expected: string,
  found: string,
): Finding => ({ what, position, eventId: undefined, expected, found });
