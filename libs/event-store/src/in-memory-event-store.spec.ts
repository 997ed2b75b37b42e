import { describeEventStoreContract } from './event-store.contract.js';
import { InMemoryEvents, InMemoryEventStore } from './in-memory-event-store.js';

describeEventStoreContract('in memory', () => {
  const events = new InMemoryEvents();
  return Promise.resolve({
    connect: () => Promise.resolve(new InMemoryEventStore(events)),
    dispose: () => Promise.resolve(),
  });
});
