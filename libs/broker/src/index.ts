export { BrokerError } from './broker.js';
export type { Broker, BrokerErrorCode, BrokerSubscription, IncomingRecord, OutgoingRecord, Position } from './broker.js';
