import { describeEventStoreContract } from './event-store.contract.js';
import { InMemoryEvents, InMemoryEventStore } from './in-memory-event-store.js';

describeEventStoreContract('in memory', () => {
  const events = new InMemoryEvents();
  return Promise.resolve({
    connect: (now) => Promise.resolve(new InMemoryEventStore(events, now)),
    dispose: () => Promise.resolve(),
  });
});
