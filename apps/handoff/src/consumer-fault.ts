import type { IncomingRecord } from '@delta-hub/broker';
import { faultText } from './fault-text.js';

/** A subscription that has stood for so long has got over what ended the one before; one that reads in vain ends sooner. */
export const STANDS_AFTER_MS = 60_000;
/** A record is done in milliseconds, in seconds when the store is slow: one that takes this long may never be. */
export const HANDLER_STALLED_AFTER_MS = 60_000;

/**
 * What a consumer failed at, and so what shows that it is over: it could not `subscribe`, and has; it was `following`, and
 * has followed for a while or taken a record; or it failed on a record, and has taken that very one.
 */
export type FailedAt = 'subscribe' | 'following' | IncomingRecord;

const isSameRecord = (one: IncomingRecord, other: IncomingRecord): boolean =>
  one.partition === other.partition && one.offset === other.offset;

/** What is wrong with a consumer, for as long as it is. */
export class ConsumerFault {
  private last: { readonly text: string; readonly at: FailedAt } | undefined;
  private standsSince: number | undefined;
  /** Records that are worked on and since when, the oldest first. */
  private readonly inHand = new Map<IncomingRecord, number>();

  /** `monotonicMs` counts milliseconds from anywhere, whatever the node's clock is told. */
  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get text(): string | undefined {
    return this.stalled() ?? this.failure();
  }

  failed(error: unknown, at: FailedAt): void {
    this.standsSince = undefined;
    this.last = { text: faultText(error), at };
  }

  subscribed(): void {
    this.standsSince = this.monotonicMs();
    if (this.last?.at === 'subscribe') this.last = undefined;
  }

  /** Does the work on one record, and knows meanwhile that it is in hand. Passes on what it throws. */
  async during(record: IncomingRecord, work: () => Promise<void>): Promise<void> {
    this.inHand.set(record, this.monotonicMs());
    try {
      await work();
    } finally {
      this.inHand.delete(record);
    }
    this.taken(record);
  }

  /** What was still in hand when the subscription ended shows nothing of the next one. */
  private taken(record: IncomingRecord): void {
    const at = this.last?.at;
    if (typeof at === 'object' ? isSameRecord(at, record) : this.standsSince !== undefined) this.last = undefined;
  }

  private failure(): string | undefined {
    const hasStood = this.standsSince !== undefined && this.monotonicMs() - this.standsSince >= STANDS_AFTER_MS;
    return hasStood && this.last?.at === 'following' ? undefined : this.last?.text;
  }

  private stalled(): string | undefined {
    const [oldest] = this.inHand;
    if (oldest === undefined) return undefined;
    const [{ partition, offset }, since] = oldest;
    const waited = this.monotonicMs() - since;
    if (waited < HANDLER_STALLED_AFTER_MS) return undefined;
    return `HANDLER_STALLED: record ${partition}:${offset} has been in hand for ${Math.floor(waited / 1000)} s`;
  }
}
