export { EventStoreError, wallClock } from './event-store.js';
export type {
  AppendResult,
  EventStore,
  EventStoreErrorCode,
  EventToAppend,
  Expected,
  ReceiptClock,
  RecordedEvent,
  Subscription,
} from './event-store.js';
export { MAX_APPEND_BYTES } from './append-rules.js';
export { InMemoryEventStore, InMemoryEvents } from './in-memory-event-store.js';
