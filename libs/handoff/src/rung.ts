import type { Rung } from './rule-pack.js';
import type { OfficeRole } from './terms.js';

/** A reminder so many days from the start or from the last day. */
export const reminded = (from: Rung['from'], days: number, ...to: OfficeRole[]): Rung => ({
  ...{ kind: 'reminded', from, days, to },
});

/** The breach: at the due instant itself. */
export const breached = (...to: OfficeRole[]): Rung => ({ kind: 'breached', from: 'due', days: 0, to });

/** Told to those above, so many days after the last day. */
export const escalated = (days: number, ...to: OfficeRole[]): Rung => ({ kind: 'escalated', from: 'due', days, to });
