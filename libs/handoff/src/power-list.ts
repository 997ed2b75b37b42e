import type { AgencyLevel } from './agency.js';
import { intakeCompetence } from './intake-competence.js';
import type { Power } from './rule-pack.js';
import { PROCEDURE } from './transfer.procedure.js';

const ofLevel = (type: string, level: AgencyLevel, article: string): Power => ({
  ...{ item: `${level}/${type}`, type, level, article, source: 'proposal', verified: false },
  text: `An agency of level ${level} may sign ${type}.`,
});

/**
 * The power list 权力清单 while no official one could be read: what the procedure leaves to officers of each level. A
 * province's own list takes its place.
 */
export const nationalPowers: readonly Power[] = [
  ofLevel('person.intake-registered', 'county', intakeCompetence.article),
  ...['person.match-proposed', 'person.merged', 'person.unmerged'].map((type) => ofLevel(type, 'county', '个保法46')),
  ...(['province', 'city', 'county', 'office'] as const).map((level) =>
    ofLevel('person.sealed-record-read', level, '法54'),
  ),
  ...Object.entries(PROCEDURE)
    .filter(([, { signedBy }]) => signedBy === 'officer')
    .flatMap(([type, { levels, delegable, article }]) => {
      const own: readonly AgencyLevel[] = levels ?? ['county'];
      const all: readonly AgencyLevel[] = delegable ? [...own, 'office'] : own;
      return all.map((level) => ofLevel(type, level, article));
    }),
];
