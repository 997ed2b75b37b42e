import type { EventStore, RecordedEvent } from '@delta-hub/event-store';

/** A store that hands out one object for each fact, however often it is read: what is read out of it is read once. */
export const oneObjectEach = (store: EventStore): EventStore => {
  const given = new Map<bigint, RecordedEvent>();
  const same = (event: RecordedEvent): RecordedEvent => {
    const known = given.get(event.position);
    if (known === undefined) given.set(event.position, event);
    return known ?? event;
  };
  return {
    append: (...args) => store.append(...args),
    read: async (stream) => (await store.read(stream)).map(same),
    readAll: async (after, limit) => (await store.readAll(after, limit)).map(same),
    head: () => store.head(),
    subscribe: (after, handler) => store.subscribe(after, (event) => handler(same(event))),
    close: () => store.close(),
  };
};
