import {
  type Broker,
  BrokerError,
  type IncomingRecord,
  type OutgoingRecord,
  type Position,
  positionAt,
} from '@delta-hub/broker';
import type { KafkaOptions, KafkaRebuild } from '@delta-hub/broker/kafkajs';
import { Inbox } from '@delta-hub/local-log/testing';
import { setTimeout as pause } from 'node:timers/promises';

const RETRIED = new Set(['OUTCOME_UNKNOWN', 'UNAVAILABLE']);

const isRetried = (error: unknown): boolean => error instanceof BrokerError && RETRIED.has(error.code);

/** The code of what it rejects with. */
export const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  );

export const numbered = (number: number): OutgoingRecord => ({
  key: 'transfer-1',
  value: Buffer.from(`${number}`),
  headers: { jws: `${number}` },
});

/**
 * One node that publishes numbered records, one call after the other, and another that reads them, both as the hub does it:
 * what failed is published again as it was, reading goes on from the own position.
 */
export class Traffic {
  readonly received = new Inbox<number>();
  readonly rebuilds: KafkaRebuild[] = [];
  /** How often the reader had to subscribe: the first time, and whenever its subscription ended by itself. */
  subscriptions = 0;
  private readonly writer: Broker;
  private readonly reader: Broker;
  private published = 0;
  private isOver = false;
  private readonly working: readonly Promise<void>[];

  constructor(
    open: (options: KafkaOptions) => Broker,
    private readonly topic: string,
    brokers: readonly string[],
    times: NonNullable<KafkaOptions['times']> = {},
  ) {
    this.writer = open({ brokers, clientId: 'delta-hub.31', times });
    this.reader = open({
      brokers,
      clientId: 'delta-hub.32',
      times,
      onRebuild: (rebuild) => this.rebuilds.push(rebuild),
    });
    this.working = [this.publish(), this.read()];
  }

  /** Resolves when the reader has the record that is published next. */
  async passes(): Promise<void> {
    const wanted = this.published + 1;
    while (!this.received.items.includes(wanted)) await this.received.holding(this.received.items.length + 1);
  }

  /** Ends the publisher; resolves when everything it published has been read. */
  async end(): Promise<{ readonly repeats: number }> {
    this.isOver = true;
    await this.working[0];
    const last = this.published - 1;
    while (!this.received.items.includes(last)) await this.received.holding(this.received.items.length + 1);
    await Promise.all([this.writer.close(), this.reader.close()]);
    await this.working[1];
    return { repeats: this.received.items.length - this.published };
  }

  /** What a receiver makes of it: each number once, where it came first. */
  get taken(): readonly number[] {
    return [...new Set(this.received.items)];
  }

  private async publish(): Promise<void> {
    while (!this.isOver) {
      try {
        await this.writer.publish(this.topic, [numbered(this.published)]);
        this.published++;
        await pause(2);
      } catch (error) {
        if (!isRetried(error)) throw error;
        await pause(50);
      }
    }
  }

  private async read(): Promise<void> {
    let after: readonly Position[] = [];
    const take = async (record: IncomingRecord): Promise<void> => {
      await this.received.take(Number(Buffer.from(record.value)));
      after = [positionAt(record)];
    };
    for (;;) {
      try {
        const subscription = await this.reader.subscribe(this.topic, after, take);
        this.subscriptions++;
        return await subscription.finished;
      } catch (error) {
        if (!isRetried(error)) throw error;
        await pause(50);
      }
    }
  }
}

/** 0, 1, 2, ... */
export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
