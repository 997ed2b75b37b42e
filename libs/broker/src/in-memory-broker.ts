import {
  type Broker,
  BrokerError,
  type BrokerSubscription,
  type IncomingRecord,
  type OutgoingRecord,
  type Position,
} from './broker.js';
import { BATCH, Changes, Followings } from '@delta-hub/local-log';
import { type PartitionBounds, Places } from './positions.js';
import { checkRecords } from './record-rules.js';

/** One partition: its records, of which the oldest may have been removed. */
interface Log {
  start: bigint;
  records: IncomingRecord[];
}

interface Topic {
  readonly logId: string;
  readonly logs: readonly Log[];
}

/** What an in-memory broker holds. It outlives the broker, as a server outlives its clients; several brokers may share it. */
export class InMemoryTopics {
  /** Of any topic. */
  readonly changes = new Changes();
  readonly #changesOf = new Map<string, Changes>();
  readonly #topics = new Map<string, Topic>();

  /** `partitions` is how many each topic has; `newLogId` names a topic's incarnations. */
  constructor(
    readonly partitions = 1,
    private readonly newLogId: () => string = () => crypto.randomUUID(),
  ) {}

  append(topic: string, records: readonly OutgoingRecord[]): void {
    if (records.length === 0) return;
    const { logId, logs } = this.#topics.get(topic) ?? this.create(topic);
    for (const record of records) {
      const partition = partitionOf(record.key, logs.length);
      const log = logs[partition]!;
      log.records.push({ ...record, topic, partition, offset: endOf(log), logId });
    }
    this.#announce(topic);
  }

  /** Creates the topic, empty and with a new log id, also where there is one of the name. */
  create(topic: string): Topic {
    const logs = Array.from({ length: this.partitions }, () => ({ start: 0n, records: [] }));
    const created = { logId: this.newLogId(), logs };
    this.#topics.set(topic, created);
    this.#announce(topic);
    return created;
  }

  /** Of one topic: whoever reads it is not woken for others. */
  changesOf(topic: string): Changes {
    let changes = this.#changesOf.get(topic);
    if (changes === undefined) this.#changesOf.set(topic, (changes = new Changes()));
    return changes;
  }

  /** Removes the records below `before`, as retention does. */
  expire(topic: string, partition: number, before: bigint): void {
    const log = this.#topics.get(topic)?.logs[partition];
    if (log === undefined) return;
    log.records = log.records.filter(({ offset }) => offset >= before);
    log.start = before;
  }

  bounds(topic: string): readonly PartitionBounds[] {
    const found = this.#topics.get(topic);
    return (found?.logs ?? []).map((log, partition) => ({
      partition,
      logId: found!.logId,
      start: log.start,
      end: endOf(log),
    }));
  }

  records(topic: string, partition: number, from: bigint, limit: number): readonly IncomingRecord[] {
    const log = this.#topics.get(topic)?.logs[partition];
    if (log === undefined) return [];
    const first = Number(from - log.start);
    return log.records.slice(first, first + limit).map(copyOf);
  }

  #announce(topic: string): void {
    this.changesOf(topic).announce();
    this.changes.announce();
  }
}

const endOf = ({ start, records }: Log): bigint => start + BigInt(records.length);

const copyOf = (record: IncomingRecord): IncomingRecord => ({
  ...record,
  value: new Uint8Array(record.value),
  headers: { ...record.headers },
});

/** Equal keys meet in one partition. */
const partitionOf = (key: string, partitions: number): number =>
  [...key].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 65_521, 7) % partitions;

/** A broker for tests. */
export class InMemoryBroker implements Broker {
  readonly #topics: InMemoryTopics;
  readonly #followings = new Followings();
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(topics: InMemoryTopics = new InMemoryTopics()) {
    this.#topics = topics;
  }

  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    return this.#whenOpen(() => this.#topics.append(topic, checkRecords(topic, records)));
  }

  subscribe(
    topic: string,
    after: readonly Position[],
    handler: (record: IncomingRecord) => Promise<void>,
  ): Promise<BrokerSubscription> {
    return this.#whenOpen(() => {
      if (this.#state === 'closing') throw new BrokerError('UNAVAILABLE', 'the broker is being closed');
      const places = new Places(topic, after);
      places.next(this.#topics.bounds(topic));
      return this.#followings.start(this.#topics.changesOf(topic), () => this.#batch(topic, places), handler);
    });
  }

  lag(topic: string, after: readonly Position[]): Promise<bigint> {
    return this.#whenOpen(() => new Places(topic, after).behind(this.#topics.bounds(topic)));
  }

  async close(): Promise<void> {
    this.#state = 'closing';
    await this.#followings.stopAll();
    this.#state = 'closed';
  }

  #batch(topic: string, places: Places): readonly IncomingRecord[] {
    return places.next(this.#topics.bounds(topic)).flatMap((place) => {
      const records = this.#topics.records(topic, place.partition, place.readFrom, BATCH);
      return places.take(places.compared(place.partition, records), place);
    });
  }

  /** Runs `work` at once; what it throws becomes the rejection. */
  #whenOpen<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      if (this.#state === 'closed') throw new BrokerError('UNAVAILABLE', 'the broker is closed');
      resolve(work());
    });
  }
}
