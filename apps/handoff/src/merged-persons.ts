import { isMergeEvent, type MergePeriod, mergePeriods, upcast } from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import { eventIn } from './signed-events.js';

/** The times in which a person's id and another were one person, oldest first. */
export const mergePeriodsOf = (cases: Cases, personId: string): readonly MergePeriod[] =>
  cases
    .mergeStreams(personId)
    .flatMap((stream) =>
      mergePeriods(
        cases
          .factsOfStream(stream)
          .map(({ type, jws }) => upcast(type, eventIn(jws).data))
          .filter(isMergeEvent),
      ),
    )
    .filter((period) => period.personId === personId || period.duplicateId === personId)
    .toSorted((one, other) => (one.from < other.from ? -1 : 1));

/** The other id of a period. */
export const otherOf = ({ personId, duplicateId }: MergePeriod, id: string): string =>
  personId === id ? duplicateId : personId;

/** The id that is merged with this one now; undefined for none. */
export const mergedWith = (cases: Cases, id: string): string | undefined => {
  const lasting = mergePeriodsOf(cases, id).find(({ until }) => until === undefined);
  return lasting && otherOf(lasting, id);
};
