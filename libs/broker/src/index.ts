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
export { positionAt } from './positions.js';
export { MAX_RECORD_BYTES } from './record-rules.js';
