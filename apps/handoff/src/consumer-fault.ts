import type { IncomingRecord } from '@delta-hub/broker';
import { faultText } from './fault-text.js';

/** A subscription that has stood for so long has got over what ended the one before. */
export const STANDS_AFTER_MS = 60_000;

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

  /** `monotonicMs` counts milliseconds from anywhere, whatever the node's clock is told. */
  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  get text(): string | undefined {
    const hasStood = this.standsSince !== undefined && this.monotonicMs() - this.standsSince >= STANDS_AFTER_MS;
    return hasStood && this.last?.at === 'following' ? undefined : this.last?.text;
  }

  failed(error: unknown, at: FailedAt): void {
    this.standsSince = undefined;
    this.last = { text: faultText(error), at };
  }

  subscribed(): void {
    this.standsSince = this.monotonicMs();
    if (this.last?.at === 'subscribe') this.last = undefined;
  }

  /** What was still in hand when the subscription ended shows nothing of the next one. */
  taken(record: IncomingRecord): void {
    const at = this.last?.at;
    if (typeof at === 'object' ? isSameRecord(at, record) : this.standsSince !== undefined) this.last = undefined;
  }
}
