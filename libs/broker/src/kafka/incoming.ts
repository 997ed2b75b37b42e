import type { IncomingRecord } from '../broker.js';
import type { FetchedRecord } from './kafka-client.js';

const textOf = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString('latin1'));

/**
 * A record of the port. Whatever lies in the topic becomes one: what a node of the hub would not have written is left
 * to the checks of the receiver, and never stops the consumer.
 */
export const incomingOf = (
  { offset, key, value, headers }: FetchedRecord,
  place: { readonly topic: string; readonly partition: number; readonly logId: string },
): IncomingRecord => ({
  ...place,
  offset,
  key: textOf(key),
  value: new Uint8Array(value ?? []),
  headers: Object.fromEntries(headers),
});
