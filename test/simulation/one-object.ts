import type { RecordedEvent } from '@delta-hub/event-store';

/** Hands out one object for each fact, however often it is read: what is read out of it is read once. */
export const oneObjectEach = (): ((event: RecordedEvent) => RecordedEvent) => {
  const given = new Map<bigint, RecordedEvent>();
  return (event) => {
    let known = given.get(event.position);
    if (known === undefined) given.set(event.position, (known = { ...event }));
    return known;
  };
};
