/** Where a consumer may go on from: the rule behind `POSITION_LOST`, `POSITION_BEYOND_END` and `LOG_REPLACED`. */
import { crc32 } from 'node:zlib';
import { BrokerError, type IncomingRecord, type Position } from './broker.js';

/** One partition as it is now. */
export interface PartitionBounds {
  readonly partition: number;
  readonly logId: string;
  /** The oldest offset still there; `end` when nothing is. */
  readonly start: bigint;
  /** The offset the next record will get. */
  readonly end: bigint;
}

/** Where a consumer stands that has taken this record. */
export const positionAt = ({ partition, offset, logId, value }: IncomingRecord): Position => ({
  partition,
  offset,
  logId,
  checksum: crc32(value),
});

/** A partition, and where to read on in it. */
export interface Place extends PartitionBounds {
  /** The offset of the record that is wanted next. */
  readonly from: bigint;
  /** Where to begin to read: one before, when the record there is to be compared first. */
  readonly readFrom: bigint;
}

/** Where a consumer stands: the last record it has taken of each partition. */
export class Places {
  readonly #topic: string;
  readonly #positions: Map<number, Position>;
  /** Partitions whose record at the position has not been compared. */
  readonly #doubted = new Set<number>();

  constructor(topic: string, positions: readonly Position[]) {
    this.#topic = topic;
    this.#positions = new Map(positions.map((position) => [position.partition, position]));
    this.doubt();
  }

  /** From now on the records at the positions are to be compared again: the log may be another. */
  doubt(): void {
    for (const { partition, checksum } of this.#positions.values())
      if (checksum !== undefined) this.#doubted.add(partition);
  }

  /**
   * The offset to read next in each partition of the topic. @throws BrokerError when a position does not fit the log.
   */
  next(partitions: readonly PartitionBounds[]): readonly Place[] {
    const known = new Set(partitions.map(({ partition }) => partition));
    for (const { partition, logId } of this.#positions.values())
      if (!known.has(partition))
        throw new BrokerError('LOG_REPLACED', `${this.#at(partition)}: the log ${logId} is not there any more`);
    return partitions.map((bounds) => {
      const from = this.#from(bounds);
      const isCompared = !this.#doubted.has(bounds.partition) || from === bounds.start;
      return { ...bounds, from, readFrom: isCompared ? from : from - 1n };
    });
  }

  /** How many records lie behind the places. @throws as `next` */
  behind(partitions: readonly PartitionBounds[]): bigint {
    return this.next(partitions).reduce((sum, { from, end }) => sum + end - from, 0n);
  }

  /** Of records that were read, those behind the place; the one at it is compared. @throws BrokerError `LOG_REPLACED` */
  compared(partition: number, records: readonly IncomingRecord[]): readonly IncomingRecord[] {
    const position = this.#positions.get(partition);
    if (position === undefined || records.length === 0 || !this.#doubted.delete(partition)) return records;
    const there = records.find(({ offset }) => offset === position.offset);
    if (there !== undefined && crc32(there.value) !== position.checksum)
      throw new BrokerError('LOG_REPLACED', `${this.#at(partition)}: ${position.offset} is another record now`);
    return records.filter(({ offset }) => offset > position.offset);
  }

  /**
   * Moves behind `records`, read from offset `from` on, and returns them; of records with a gap those before it.
   * @throws BrokerError `POSITION_LOST` when they begin with a gap, or none came where there must be some
   */
  take(records: readonly IncomingRecord[], { partition, from, end }: Omit<Place, 'readFrom'>) {
    const gap = records.findIndex(({ offset }, index) => offset !== from + BigInt(index));
    const whole = gap < 0 ? records : records.slice(0, gap);
    const last = whole.at(-1);
    if (last !== undefined) this.#positions.set(partition, positionAt(last));
    else if (records.length > 0 || from < end)
      throw new BrokerError('POSITION_LOST', `${this.#at(partition)}: record ${from} is missing`);
    return whole;
  }

  #from({ partition, logId, start, end }: PartitionBounds): bigint {
    const position = this.#positions.get(partition);
    if (position === undefined) return start;
    const at = this.#at(partition);
    const next = position.offset + 1n;
    if (position.logId !== logId)
      throw new BrokerError('LOG_REPLACED', `${at}: the log is ${logId}, the position belongs to ${position.logId}`);
    if (next > end)
      throw new BrokerError('POSITION_BEYOND_END', `${at}: position ${position.offset}, the log ends before ${end}`);
    if (next < start) throw new BrokerError('POSITION_LOST', `${at}: records ${next} to ${start - 1n} were removed`);
    return next;
  }

  #at(partition: number): string {
    return `${this.#topic}[${partition}]`;
  }
}
