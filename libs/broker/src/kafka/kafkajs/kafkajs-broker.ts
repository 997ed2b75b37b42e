/** The broker on Apache Kafka through kafkajs. */
import type { Broker } from '../../broker.js';
import { KafkaBroker } from '../kafka-broker.js';
import type { KafkaOptions } from '../kafka-options.js';
import { KafkajsClient } from './kafkajs-client.js';

export type { KafkaOptions, KafkaRebuild } from '../kafka-options.js';

/** Connects when it is first used, and again after every outage. */
export const openKafkajsBroker = (options: KafkaOptions): Broker =>
  new KafkaBroker(new KafkajsClient(options), options);
