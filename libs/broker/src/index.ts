export { BrokerError } from './broker.js';
export type {
  Broker,
  BrokerErrorCode,
  BrokerSubscription,
  IncomingRecord,
  OutgoingRecord,
  Position,
} from './broker.js';
export { InMemoryBroker, InMemoryTopics } from './in-memory-broker.js';
export { MAX_RECORD_BYTES } from './record-rules.js';
