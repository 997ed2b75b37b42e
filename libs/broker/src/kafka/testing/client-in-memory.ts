import type { OutgoingRecord } from '../../broker.js';
import type { InMemoryTopics } from '../../in-memory-broker.js';
import type { PartitionBounds } from '../../positions.js';
import { type Deliver, type KafkaClient, KafkaClientFault, type KafkaReader } from '../kafka-client.js';

/** Records that a reader gives before it dies. */
const LIFE = 2;

/**
 * A client over topics in memory, of one partition each, whose readers die after two records: what is read goes on all the same.
 */
export class ClientInMemory implements KafkaClient {
  constructor(private readonly topics: InMemoryTopics) {}

  partitionCount(): Promise<number> {
    return Promise.resolve(1);
  }

  bounds(topic: string): Promise<readonly PartitionBounds[]> {
    return Promise.resolve(this.topics.bounds(topic));
  }

  send(topic: string, _partition: number, records: readonly OutgoingRecord[]): Promise<void> {
    this.topics.append(topic, records);
    return Promise.resolve();
  }

  resetSender(): Promise<void> {
    return Promise.resolve();
  }

  read(topic: string, from: ReadonlyMap<number, bigint>, logId: string, deliver: Deliver): KafkaReader {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    failed.catch(() => undefined);
    let next = from.get(0) ?? 0n;
    let given = 0;
    let isOver = false;
    let going = Promise.resolve();
    const end = (): void => {
      isOver = true;
      unlisten();
    };
    const step = async (): Promise<void> => {
      while (!isOver) {
        if (this.topics.bounds(topic)[0]?.logId !== logId || given === LIFE) {
          end();
          return reject(new KafkaClientFault('TRANSIENT', `${topic}: the reader has died`));
        }
        const [record] = this.topics.records(topic, 0, next, 1);
        if (record === undefined) return;
        next = record.offset + 1n;
        given++;
        await deliver(0, [{ ...record, key: Buffer.from(record.key), headers: Object.entries(record.headers) }]);
      }
    };
    const wake = (): void => void (going = going.then(step));
    const unlisten = this.topics.changes.listen(wake);
    wake();
    return { failed, close: () => Promise.resolve(end()) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
