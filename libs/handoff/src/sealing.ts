import type { Actor } from './agency.js';
import { dayOf, type Instant } from './instant.js';
import type { SealingRule } from './rule-pack.js';
import type { Seal } from './terms.js';

/** What is said at the intake of the offence; it decides on the seal and is not recorded itself. */
export interface Offence {
  /** Completed years; unknown when absent, as for everybody who was of age. */
  readonly ageAtOffence?: number | undefined;
  /** Months of the sentence pronounced 宣告刑. Unknown counts as little: sealed in case of doubt. */
  readonly sentenceMonths?: number | undefined;
}

export const isSealedAtBirth = ({ ageAtOffence, sentenceMonths = 0 }: Offence, rule: SealingRule): boolean =>
  ageAtOffence !== undefined && ageAtOffence < rule.underAge && sentenceMonths <= rule.sentenceAtMostMonths;

/** The marks of a file as the next fact carries them on. */
export const sealOf = ({ confidentiality, mentionsSealed }: Seal): Seal => ({
  ...(confidentiality === undefined ? {} : { confidentiality }),
  ...(mentionsSealed === undefined ? {} : { mentionsSealed }),
});

/** Whether an act in a sealed case may be this actor's: the node's own, or one whose duty minors are 专人 (社区矫正法 52). */
export const mayHandleSealed = ({ role, duty }: Pick<Actor, 'role' | 'duty'>): boolean =>
  role === 'system' || duty === 'juvenile';

/** A reading as far as it opens the record: to its reader, until 24:00 of its legal day (P). */
interface Reading {
  readonly occurredAt: Instant;
  readonly actor: Pick<Actor, 'officerId' | 'agencyId'>;
}

export const opensRecord = ({ occurredAt, actor }: Reading, reader: Reading['actor'], now: Instant): boolean =>
  actor.officerId === reader.officerId && actor.agencyId === reader.agencyId && dayOf(occurredAt) === dayOf(now);
