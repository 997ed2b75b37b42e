/** Which partition a record belongs to, and in which batches the records of a call are sent. */
import type { OutgoingRecord } from '../broker.js';

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2, 32 bits, as Kafka's own producers compute it. */
const murmur2 = (data: Uint8Array): number => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let hash = SEED ^ data.length;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  const rest = data.length - at;
  if (rest >= 3) hash ^= data[at + 2]! << 16;
  if (rest >= 2) hash ^= data[at + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ data[at]!, M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
};

/** Where Kafka's default partitioner puts the key, so that every client agrees where a case lies. */
export const partitionOf = (key: string, count: number): number => (murmur2(Buffer.from(key)) & 0x7fffffff) % count;

const MOST_RECORDS = 500;
/** Below the megabyte that a broker takes by default as one batch, also for the largest single record. */
const MOST_BYTES = 1_020_000;
/** More than what a record costs beside its bytes: lengths, offset, time. */
const OVERHEAD = 64;

const sizeOf = ({ key, value, headers }: OutgoingRecord): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + text.length + 10,
    key.length + value.byteLength + OVERHEAD,
  );

/** The records in their order, in batches that a broker takes. */
export const inBatches = (records: readonly OutgoingRecord[]): readonly (readonly OutgoingRecord[])[] => {
  const batches: OutgoingRecord[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = sizeOf(record);
    const last = batches.at(-1);
    if (last === undefined || last.length === MOST_RECORDS || bytes + size > MOST_BYTES) {
      batches.push([record]);
      bytes = size;
    } else {
      last.push(record);
      bytes += size;
    }
  }
  return batches;
};
