/** What every broker refuses to publish, so that no record passes one adapter and fails in another. */
import { BrokerError, type OutgoingRecord } from './broker.js';

/** Most bytes of key, value and headers of one record together: below what Kafka takes by default, with room for its own. */
export const MAX_RECORD_BYTES = 1_000_000;

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const KEY = /^[\x21-\x7e]{1,255}$/;
const HEADER_NAME = /^[\x21-\x7e]{1,255}$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;

const invalid = (detail: string) => new BrokerError('INVALID_RECORD', detail);

/** Checks the topic's name and every record, and takes a copy, so that later changes by the caller do not matter. */
export const checkRecords = (topic: string, records: readonly OutgoingRecord[]): readonly OutgoingRecord[] => {
  if (!TOPIC.test(topic)) throw invalid(`${JSON.stringify(topic)} is not the name of a topic`);
  return records.map(checkRecord);
};

const checkRecord = ({ key, value, headers }: OutgoingRecord): OutgoingRecord => {
  if (!KEY.test(key)) throw invalid(`key ${JSON.stringify(key)} is not 1 to 255 printable ASCII characters`);
  if (!(value instanceof Uint8Array)) throw invalid(`the value of a record of ${key} is not bytes`);
  let size = key.length + value.byteLength;
  for (const [name, text] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(text))
      throw invalid(`header ${JSON.stringify(name)} of a record of ${key} is not printable ASCII`);
    size += name.length + text.length;
  }
  if (size > MAX_RECORD_BYTES)
    throw invalid(`${size} bytes in a record of ${key}, at most ${MAX_RECORD_BYTES} are allowed`);
  return { key, value: Buffer.from(value), headers: { ...headers } };
};
