import { eventName } from '@delta-hub/contracts';
import {
  type Instant,
  isMergeEvent,
  type MergePeriod,
  mergePeriods,
  type MergeToTell,
  upcast,
} from '@delta-hub/handoff';
import type { Cases } from './cases.js';
import { eventIn, nodeOfSource, recipientsOf } from './signed-events.js';

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

type MergePair = Pick<MergePeriod, 'personId' | 'duplicateId'>;

/** The other id of a period. */
export const otherOf = ({ personId, duplicateId }: MergePeriod, id: string): string =>
  personId === id ? duplicateId : personId;

const lastingPeriod = (cases: Cases, id: string): MergePeriod | undefined =>
  mergePeriodsOf(cases, id).find(({ until }) => until === undefined);

/**
 * Whether either of two ids was merged at an instant with a third one, or the two were by what was said in the stream of the
 * other one.
 */
export const isTaken = (cases: Cases, { personId, duplicateId }: MergePair, at: Instant): boolean =>
  [personId, duplicateId]
    .flatMap((id) => mergePeriodsOf(cases, id))
    .filter(({ from, until }) => from <= at && (until === undefined || at < until))
    .some((period) => period.personId !== personId || period.duplicateId !== duplicateId);

/** The id that is merged with this one now; undefined for none. */
export const mergedWith = (cases: Cases, id: string): string | undefined => {
  const lasting = lastingPeriod(cases, id);
  return lasting && otherOf(lasting, id);
};

/** All that was said, in the stream of one id, of it and another one: oldest first. */
export const saidOf = (cases: Cases, { personId, duplicateId }: MergePair): readonly MergeToTell[] =>
  cases
    .factsOfStream(`person-${personId}`)
    .filter(({ type, jws }) => {
      const act = upcast(type, eventIn(jws).data);
      return isMergeEvent(act) && act.data.duplicateId === duplicateId;
    })
    .map(({ id, jws }) => {
      const event = eventIn(jws);
      const isSealed = event.dataclassification === 'MINOR_SEALED';
      return { fact: id, jws, author: nodeOfSource(event.source), recipients: recipientsOf(event), isSealed };
    });

/** The fact by which an id is merged with another one now. */
export const lastingMerge = (cases: Cases, id: string): MergeToTell | undefined => {
  const lasting = lastingPeriod(cases, id);
  return (
    lasting &&
    saidOf(cases, lasting).findLast(({ jws }) => {
      const { type, data } = eventIn(jws);
      return eventName(type) === 'person.merged' && data.occurredAt === lasting.from;
    })
  );
};
