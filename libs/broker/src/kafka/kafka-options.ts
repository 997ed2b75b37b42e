import type { KafkaClientFault } from './kafka-client.js';

/** How to log in to the brokers (SASL). */
export interface KafkaLogin {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** TLS to the brokers: the certificate authority to believe, and the node's own certificate and key where brokers ask for one. PEM. */
export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaOptions {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  /** Names the node to the brokers; its consumer groups, where a client needs one, begin with it and a dot. */
  readonly clientId: string;
  readonly tls?: KafkaTls;
  readonly login?: KafkaLogin;
  /** Told of every reader that was thrown away and built anew. */
  readonly onRebuild?: (rebuild: KafkaRebuild) => void;
  readonly times?: Partial<KafkaTimes>;
}

export interface KafkaRebuild {
  readonly topic: string;
  /** How often this consumer has been rebuilt so far. */
  readonly count: number;
  readonly reason: KafkaClientFault;
}

/** In milliseconds. */
export interface KafkaTimes {
  /** How long `publish` tries before it says that the outcome is unknown. */
  readonly publishWithin: number;
  /** How long `subscribe` and `lag` try before they say that the broker is not there: one that has just begun to lead a partition is soon. */
  readonly askWithin: number;
  /** Between two tries, of a publisher or of a consumer. */
  readonly pause: number;
  /** How often a consumer to which nothing comes asks where the log begins and ends. */
  readonly lookEvery: number;
  /** A consumer that has not moved for so long though there are records is rebuilt. */
  readonly stalledAfter: number;
  /** How long a consumer is rebuilt of which no reader has been of any use; then it ends. */
  readonly givesUpAfter: number;
  /** What a client gets to close; then it is left to itself. */
  readonly closeWithin: number;
}

export const defaultTimes: KafkaTimes = {
  publishWithin: 30_000,
  askWithin: 5_000,
  pause: 200,
  lookEvery: 2_000,
  stalledAfter: 10_000,
  givesUpAfter: 30_000,
  closeWithin: 3_000,
};
