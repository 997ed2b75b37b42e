import type { Broker } from '@delta-hub/broker';
import { type KafkaOptions, openKafkajsBroker } from '@delta-hub/broker/kafkajs';
import { openPlatformaticBroker } from '@delta-hub/broker/platformatic';

interface NamedClient {
  readonly name: string;
  readonly open: (options: KafkaOptions) => Broker;
  /** Whether a batch whose answer was lost may lie in the topic twice; receivers remove the repeat. */
  readonly mayRepeat: boolean;
}

/** Both, for tests that hold for either. */
export const clients: readonly NamedClient[] = [
  { name: 'kafkajs', open: openKafkajsBroker, mayRepeat: true },
  { name: 'platformatic', open: openPlatformaticBroker, mayRepeat: false },
];
