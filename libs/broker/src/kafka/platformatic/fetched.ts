import type { Consumer } from '@platformatic/kafka';
import type { FetchedRecord } from '../kafka-client.js';

export type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

/** Says of a batch that it is the broker's own (Kafka protocol guide, RecordBatch). */
const CONTROL = 0x20;

const textOf = (bytes: Buffer | null): string => bytes?.toString('latin1') ?? '';

/**
 * Of an answer about one partition: the records from `from` on, and where to fetch next. That is behind the last batch, not
 * behind the last record: a batch may have lost some, or all, to a broker's cleaning, and would be fetched again for ever.
 */
export const fetchedFrom = (
  answer: FetchResponse,
  from: bigint,
): { readonly records: readonly FetchedRecord[]; readonly next: bigint } => {
  const batches = answer.responses.flatMap(({ partitions }) => partitions).flatMap(({ records }) => records ?? []);
  const records = batches.flatMap(({ attributes, firstOffset, records: inBatch }) =>
    inBatch.map(({ offsetDelta, key, value, headers }) => ({
      offset: firstOffset + BigInt(offsetDelta),
      isMark: (attributes & CONTROL) !== 0,
      key,
      value,
      headers: headers.map(([name, text]) => [textOf(name), textOf(text)] as const),
    })),
  );
  const ends = batches.map(({ firstOffset, lastOffsetDelta }) => firstOffset + BigInt(lastOffsetDelta) + 1n);
  return {
    records: records.filter(({ offset }) => offset >= from),
    next: ends.reduce((next, end) => (end > next ? end : next), from),
  };
};
