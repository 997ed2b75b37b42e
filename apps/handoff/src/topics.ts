import { copiesTopic } from './copies.publisher.js';
import { heartbeatsTopic } from './heartbeats.js';
import { eventsTopic } from './outbound.publisher.js';

/** Every topic that a node writes. */
export const topicsOf = (node: string): readonly string[] => [
  eventsTopic(node),
  copiesTopic(node),
  heartbeatsTopic(node),
];
