/** The broker on Apache Kafka through @platformatic/kafka. */
import type { Broker } from '../../broker.js';
import { KafkaBroker } from '../kafka-broker.js';
import type { KafkaOptions } from '../kafka-options.js';
import { PlatformaticClient } from './platformatic-client.js';

export type { KafkaOptions, KafkaRebuild } from '../kafka-options.js';

/** Connects when it is first used, and again after every outage. */
export const openPlatformaticBroker = (options: KafkaOptions): Broker =>
  new KafkaBroker(new PlatformaticClient(options), options);
