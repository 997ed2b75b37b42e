import type { ConsumerOptions, ProducerOptions } from '@platformatic/kafka';
import type { KafkaOptions } from '../kafka-options.js';
import { shuffled } from '../shuffled.js';

/** A consumer that belongs to no group still has to name one. */
type Reading = ConsumerOptions<Buffer, Buffer, Buffer, Buffer>;
type Writing = ProducerOptions<Buffer, Buffer, Buffer, Buffer>;

/** What both have in common; made anew for each, since the library changes what it is given. */
export const connectionOptions = ({ brokers, clientId, tls, login }: KafkaOptions) => ({
  clientId,
  bootstrapBrokers: shuffled(brokers),
  connectTimeout: 3_000,
  autocreateTopics: false,
  ...(tls === undefined ? {} : { tls: { ...tls } }),
  ...(login === undefined ? {} : { sasl: { ...login } }),
});

/** Tries once: whoever asks tries again. */
export const readingOptions = (options: KafkaOptions): Reading => ({
  ...connectionOptions(options),
  groupId: `${options.clientId}.none`,
  requestTimeout: 5_000,
  retries: 0,
});

/**
 * Idempotent: one request in flight, acknowledged by every in-sync replica, tried again without end by the library itself.
 * With an end, a batch sent again would be stored twice.
 */
export const writingOptions = (options: KafkaOptions): Writing => ({
  ...connectionOptions(options),
  idempotent: true,
  requestTimeout: 10_000,
  retryDelay: 100,
});
