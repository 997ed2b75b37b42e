import { COPIES_PUBLISHER, copiesTopic } from './copies.publisher.js';
import { DEAD_LETTERS, deadLettersTopic } from './dead-letters.js';
import { heartbeatsName, heartbeatsTopic } from './heartbeats.js';
import { eventsTopic, PUBLISHER } from './outbound.publisher.js';
import { consumerName } from './inbound.consumer.js';

/** Every topic that a node writes. */
export const topicsOf = (node: string): readonly string[] => [
  eventsTopic(node),
  copiesTopic(node),
  heartbeatsTopic(node),
  deadLettersTopic(node),
];

/** Names of the positions of everything that sends what is stored. */
export const senders: readonly string[] = [PUBLISHER, COPIES_PUBLISHER, DEAD_LETTERS];

/** Names of the positions in the topics of a peer. */
export const readersOf = (peer: string): readonly string[] => [consumerName(peer), heartbeatsName(peer)];
