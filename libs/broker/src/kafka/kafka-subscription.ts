import { BrokerError, type BrokerSubscription, type IncomingRecord } from '../broker.js';
import type { PartitionBounds, Place, Places } from '../positions.js';
import { incomingOf } from './incoming.js';
import { type FetchedRecord, type KafkaClient, KafkaClientFault, type KafkaReader } from './kafka-client.js';
import type { KafkaRebuild, KafkaTimes } from './kafka-options.js';
import { Pauses } from './pauses.js';

interface Following {
  readonly topic: string;
  readonly client: KafkaClient;
  readonly places: Places;
  readonly times: KafkaTimes;
  readonly handler: (record: IncomingRecord) => Promise<void>;
  readonly onRebuild: (rebuild: KafkaRebuild) => void;
}

/** A reader when it was begun. */
interface Begun {
  readonly at: number;
  /** How much had been delivered before it. */
  readonly delivered: number;
}

/** Which of its looks at the log a consumer takes that is busy, and so needs none to know that its reader is alive. */
const LOOKS_WHILE_BUSY = 10;

/**
 * Follows one topic. Its own places alone say what comes next: a reader that fails, or gives nothing though there is
 * something, is thrown away and another begins there. Only a place that does not fit the log, a fault of the handler, and readers
 * of which for a while none was of any use, end it.
 */
export class KafkaSubscription implements BrokerSubscription {
  readonly finished: Promise<void>;
  readonly #pauses = new Pauses();
  #rebuilds = 0;
  #delivered = 0;
  #inHand: Promise<void> = Promise.resolve();
  #isBusy = false;
  /** Since when readers have failed one after the other without having been of any use. */
  #uselessSince: number | undefined;

  constructor(
    private readonly following: Following,
    ended: () => void,
  ) {
    this.finished = this.#run().finally(ended);
    this.finished.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#pauses.end();
    await this.finished.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { client, topic, places, times, onRebuild } = this.following;
    let reader: Begun | undefined;
    while (!this.#pauses.areOver) {
      try {
        places.doubt();
        const next = places.next(await client.bounds(topic));
        reader = next.length === 0 ? undefined : { at: performance.now(), delivered: this.#delivered };
        if (reader !== undefined) await this.#follow(next);
        else await this.#pauses.pause(times.lookEvery);
      } catch (error) {
        if (!(error instanceof KafkaClientFault)) throw error;
        if (this.#pauses.areOver) return;
        if (error.kind === 'REFUSED' || this.#isInVain(reader, error)) throw asBrokerError(error);
        if (reader !== undefined) onRebuild({ topic, count: ++this.#rebuilds, reason: error });
        reader = undefined;
        await this.#pauses.pause(times.pause);
      }
    }
  }

  /** Brokers that are away are waited for. Where they are there, and no reader delivers or lasts, waiting shows nobody anything. */
  #isInVain(reader: Begun | undefined, { kind }: KafkaClientFault): boolean {
    const { stalledAfter, givesUpAfter } = this.following.times;
    const now = performance.now();
    const hasLasted = reader === undefined || (kind !== 'STALLED' && now - reader.at >= stalledAfter);
    if (hasLasted || this.#delivered > reader.delivered) this.#uselessSince = undefined;
    else this.#uselessSince ??= now;
    return this.#uselessSince !== undefined && now - this.#uselessSince >= givesUpAfter;
  }

  /** Reads until the reader fails, the log has changed, or the end; returns when the record in hand has been handled. */
  async #follow(places: readonly Place[]): Promise<void> {
    const { client, topic, times } = this.following;
    const logId = places[0]!.logId;
    const next = new Map(places.map(({ partition, from }) => [partition, from]));
    const begins = new Map(places.map(({ partition, readFrom }) => [partition, readFrom]));
    const pauses = new Pauses(this.#pauses);
    const over = Promise.withResolvers<void>();
    pauses.onEnd(over.resolve);
    let thrown: { readonly error: unknown } | undefined;
    const deliver = (partition: number, records: readonly FetchedRecord[]): Promise<void> => {
      this.#inHand = this.#inHand.then(async () => {
        if (pauses.areOver) return;
        await this.#take({ partition, logId, next }, records).catch((error: unknown) => {
          thrown = { error };
          pauses.end();
        });
      });
      return this.#inHand;
    };
    const reader = client.read(topic, begins, logId, deliver);
    const watching = this.#watch({ partitions: places.length, logId, pauses });
    const [ended] = await Promise.allSettled([Promise.race([reader.failed, watching, over.promise])]);
    pauses.end();
    await this.#inHand;
    await closed(reader, times.closeWithin);
    if (thrown !== undefined) throw thrown.error;
    if (ended.status === 'rejected') throw ended.reason;
  }

  async #take(
    { partition, logId, next }: { partition: number; logId: string; next: Map<number, bigint> },
    records: readonly FetchedRecord[],
  ): Promise<void> {
    const { topic, places } = this.following;
    const begin = next.get(partition)!;
    const read = records.map((record) => incomingOf(record, { topic, partition, logId }));
    const marks = new Set(records.filter(({ isMark }) => isMark).map(({ offset }) => offset));
    let rest = places.compared(partition, read).filter(({ offset }) => offset >= begin);
    while (rest.length > 0) {
      const from = next.get(partition)!;
      const whole = places.take(rest, { partition, logId, start: from, from, end: from });
      for (const record of whole) {
        if (this.#pauses.areOver) return;
        if (!marks.has(record.offset)) await this.#handle(record);
        next.set(partition, record.offset + 1n);
        this.#delivered++;
      }
      rest = rest.slice(whole.length);
    }
  }

  async #handle(record: IncomingRecord): Promise<void> {
    this.#isBusy = true;
    await this.following.handler(record).finally(() => (this.#isBusy = false));
  }

  /** Undefined when they could not be learned now: a reader that works is no worse for that, before `deadline`. */
  async #boundsWithin(deadline: number): Promise<readonly PartitionBounds[] | undefined> {
    try {
      return await this.following.client.bounds(this.following.topic);
    } catch (error) {
      if (performance.now() < deadline && error instanceof KafkaClientFault && error.kind === 'TRANSIENT')
        return undefined;
      throw error;
    }
  }

  /** Notices what no reader tells: a log cut off, emptied, created again or grown by a partition, and a reader that has fallen silent. */
  async #watch(of: { readonly partitions: number; readonly logId: string; readonly pauses: Pauses }): Promise<void> {
    const { topic, places, times } = this.following;
    const { partitions, logId, pauses } = of;
    let seen = this.#delivered;
    let moved = performance.now();
    const stillAt = (before: number): boolean => !this.#isBusy && this.#delivered === before;
    for (let looks = 1; !pauses.areOver; looks++) {
      await pauses.pause(times.lookEvery);
      if (pauses.areOver) return;
      const isIdle = stillAt(seen);
      if (isIdle || looks % LOOKS_WHILE_BUSY === 0) {
        const bounds = await this.#boundsWithin(moved + times.stalledAfter);
        if (bounds === undefined) continue;
        if (bounds.length !== partitions || bounds[0]?.logId !== logId) return;
        if (isIdle && stillAt(seen)) {
          if (!places.next(bounds).some(({ from, end }) => from < end)) moved = performance.now();
          else if (performance.now() - moved >= times.stalledAfter)
            throw new KafkaClientFault('STALLED', `${topic}: nothing came for ${times.stalledAfter} ms`);
          continue;
        }
      }
      seen = this.#delivered;
      moved = performance.now();
    }
  }
}

const closed = async (reader: KafkaReader, withinMs: number): Promise<void> => {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, withinMs);
  await Promise.race([reader.close().catch(() => undefined), late.promise]);
  clearTimeout(timer);
};

/** For callers of the port: a fault of the client means that the broker is not there for us now. */
export const asBrokerError = (error: unknown): unknown =>
  error instanceof KafkaClientFault ? new BrokerError('UNAVAILABLE', error.message, { cause: error }) : error;
