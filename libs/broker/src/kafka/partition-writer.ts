import { BrokerError, type OutgoingRecord } from '../broker.js';
import { KafkaClientFault, type KafkaClient } from './kafka-client.js';
import type { KafkaTimes } from './kafka-options.js';
import { inBatches } from './partitions.js';
import type { Pauses } from './pauses.js';

/**
 * Sends to one partition, one batch in flight: with more, an answer that is lost would turn their order round.
 * A batch whose outcome is unknown is sent again as it was, unless the partition is not there any more.
 */
export class PartitionWriter {
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: KafkaClient,
    private readonly place: { readonly topic: string; readonly partition: number },
    private readonly times: KafkaTimes,
    private readonly pauses: Pauses,
  ) {}

  /** Behind what was given before. @throws BrokerError `OUTCOME_UNKNOWN`, `INVALID_RECORD`, `UNAVAILABLE` */
  write(records: readonly OutgoingRecord[]): Promise<void> {
    const written = this.#last.then(() => this.#writeNow(records));
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #writeNow(records: readonly OutgoingRecord[]): Promise<void> {
    const deadline = performance.now() + this.times.publishWithin;
    for (const batch of inBatches(records)) await this.#sendUntil(deadline, batch);
  }

  async #sendUntil(deadline: number, batch: readonly OutgoingRecord[]): Promise<void> {
    let isUnknown = false;
    for (;;) {
      try {
        return await this.#sendOnce(deadline, batch);
      } catch (error) {
        if (!(error instanceof KafkaClientFault)) throw error;
        isUnknown ||= error.kind === 'TRANSIENT' || error.kind === 'MISPLACED';
        await this.client.resetSender();
        if (error.kind !== 'TRANSIENT' || performance.now() >= deadline || this.pauses.areOver)
          throw this.#refusal(error, isUnknown);
        await this.pauses.pause(this.times.pause);
      }
    }
  }

  /** A client may wait for a broker without end: then its answer is not waited for any longer. */
  async #sendOnce(deadline: number, batch: readonly OutgoingRecord[]): Promise<void> {
    const { topic, partition } = this.place;
    const late = Promise.withResolvers<never>();
    const giveUp = () => late.reject(new KafkaClientFault('TRANSIENT', `${topic}[${partition}]: no answer in time`));
    const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
    const unlisten = this.pauses.onEnd(giveUp);
    try {
      await Promise.race([this.client.send(topic, partition, batch), late.promise]);
    } finally {
      clearTimeout(timer);
      unlisten();
    }
  }

  #refusal(fault: KafkaClientFault, isUnknown: boolean): BrokerError {
    const code = isUnknown ? 'OUTCOME_UNKNOWN' : fault.kind === 'TOO_LARGE' ? 'INVALID_RECORD' : 'UNAVAILABLE';
    return new BrokerError(code, fault.message, { cause: fault });
  }
}
