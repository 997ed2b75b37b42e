export { EventStoreError } from './event-store.js';
export type {
  AppendResult,
  EventStore,
  EventStoreErrorCode,
  EventToAppend,
  Expected,
  RecordedEvent,
  Subscription,
} from './event-store.js';
