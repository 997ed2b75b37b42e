import type { AgencyRecord } from './agency.js';
import { dayOf, type Instant } from './instant.js';
import { hubRules, packInForce, type RuleBook } from './rule-book.js';
import type { Power } from './rule-pack.js';

/**
 * The item of the power list 权力清单 in force in the agency's province on the day of the act that lets an agency of its
 * level sign it; undefined when none does: then the act is ultra vires.
 */
export const powerOf = (
  { type, occurredAt }: { readonly type: string; readonly occurredAt: Instant },
  { node, level }: Pick<AgencyRecord, 'node' | 'level'>,
  book: RuleBook = hubRules.book,
): Power | undefined =>
  packInForce(book, node, dayOf(occurredAt))?.powers.find(
    (power) => power.type === type && (power.level === undefined || power.level === level),
  );
