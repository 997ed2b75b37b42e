import type { Broker, BrokerSubscription, IncomingRecord } from '@delta-hub/broker';
import { Backoff } from './backoff.js';
import { ConsumerFault, type FailedAt } from './consumer-fault.js';
import { faultText } from './fault-text.js';
import type { InboundRecords } from './inbound.records.js';
import { KeyedWindow } from './keyed-window.js';
import { lagOf } from './lag.js';
import { eventsTopic } from './outbound.publisher.js';
import { isPlaceLost, type Positions } from './positions.js';
import type { SubscriberState } from './subscriber.js';

/** Under which name the position in the topic of a peer is kept. */
export const consumerName = (peer: string): string => `consumer-${peer}`;

/** Records of different cases that are worked on at the same time. */
const AT_ONCE = 64;

interface Options {
  readonly peer: string;
  readonly broker: Broker;
  readonly positions: Positions;
  readonly records: Pick<InboundRecords, 'take'>;
  readonly monotonicMs?: () => number;
  /** Told once, when nothing more will be taken until a person has looked. */
  readonly onStopped?: ((name: string, fault: string) => void) | undefined;
}

/**
 * Follows the topic of one peer: verifies every record, appends what it accepts as the very bytes that came,
 * keeps a signed refusal of what it does not. Records of one key are taken in order, those of others at the same time.
 * Taking a record twice changes nothing, so a position is saved after the fact, once everything before it is done too.
 */
export class InboundConsumer {
  private readonly topic: string;
  private readonly name: string;
  private subscription: BrokerSubscription | undefined;
  private stopped = false;
  private readonly fault: ConsumerFault;
  private readonly backoff = new Backoff();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {
    this.topic = eventsTopic(options.peer);
    this.name = consumerName(options.peer);
    this.fault = new ConsumerFault(options.monotonicMs);
  }

  start(): void {
    this.running = this.run();
  }

  async state(): Promise<SubscriberState> {
    const at = this.options.positions.placesOf(this.name);
    const behind = await lagOf(this.options.broker, this.topic, at);
    const position = at.map(({ partition, offset }) => `${partition}:${offset}`).join(' ');
    return {
      name: this.name,
      position: position === '' ? undefined : position,
      behind,
      fault: this.fault.text,
    };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.backoff.end();
    await this.subscription?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const window = new KeyedWindow<IncomingRecord>(AT_ONCE, (record) =>
        this.options.positions.taken(this.name, record),
      );
      const failed: { at: FailedAt; on?: IncomingRecord } = { at: 'subscribe' };
      const work = (record: IncomingRecord): Promise<void> =>
        this.take(record).catch((error: unknown) => {
          failed.on ??= record;
          throw error;
        });
      try {
        this.subscription = await this.options.broker.subscribe(
          this.topic,
          this.options.positions.placesOf(this.name),
          (record) => window.take(record.key, record, work),
        );
        failed.at = 'following';
        this.fault.subscribed();
        if (this.stopped) await this.subscription.stop();
        await Promise.race([this.subscription.finished, window.failed]);
      } catch (error) {
        this.fault.failed(error, failed.on ?? failed.at);
        if (isPlaceLost(error)) return this.options.onStopped?.(this.name, faultText(error)); // a person has to look
        await this.backoff.pause();
      } finally {
        await this.subscription?.stop();
        await window.settled();
      }
    }
  }

  private async take(record: IncomingRecord): Promise<void> {
    await this.fault.during(record, () => this.options.records.take(record));
    this.backoff.succeeded();
  }
}
