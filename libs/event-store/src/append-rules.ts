/** The rules of `EventStore.append` that every adapter shares: what is refused, and what an append is answered. */
import { type AppendResult, EventStoreError, type EventToAppend, type Expected } from './event-store.js';

/** Most bytes of data in one append, all its events together: KurrentDB's own default, so that no adapter takes more. */
export const MAX_APPEND_BYTES = 1_048_576;

/** Streams and types are plain ASCII words; `$` begins the names that belong to a server. */
const NAME = /^(?!\$)[\x21-\x7e]{1,255}$/;
const UUID = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A checked append, holding its own copy of the caller's bytes. */
export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly EventToAppend[];
}

/** An event as an adapter finds it by its id. */
export type Stored = EventToAppend & {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: bigint;
};

const invalid = (detail: string) => new EventStoreError('INVALID_EVENT', detail);

/** Checks an append before anything is queued and takes a copy, so that later changes by the caller do not matter. */
export const checkAppend = (stream: string, expected: Expected, events: readonly EventToAppend[]): Append => {
  if (!NAME.test(stream))
    throw invalid(`stream name ${JSON.stringify(stream)} is not 1 to 255 printable ASCII characters`);
  if (expected !== 'no-stream' && (typeof expected !== 'bigint' || expected < 0n))
    throw invalid(`expected must be 'no-stream' or a revision from 0n, not ${String(expected)}`);
  if (events.length === 0) throw invalid(`an append to ${stream} without an event`);
  const copies = events.map(checkEvent);
  if (copies.length > 1 && new Set(copies.map(({ id }) => id)).size < copies.length)
    throw invalid(`an id occurs twice in an append to ${stream}`);
  const size = copies.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (size > MAX_APPEND_BYTES) throw invalid(`${size} bytes in one append, at most ${MAX_APPEND_BYTES} are allowed`);
  return { stream, expected, events: copies };
};

const checkEvent = ({ id, type, data }: EventToAppend): EventToAppend => {
  if (!UUID.test(id)) throw invalid(`event id ${JSON.stringify(id)} is not a lower-case UUID`);
  if (!NAME.test(type)) throw invalid(`type ${JSON.stringify(type)} is not 1 to 255 printable ASCII characters`);
  if (!(data instanceof Uint8Array)) throw invalid(`data of event ${id} are not bytes`);
  return { id, type, data: Buffer.from(data) };
};

/** The revision the first event of an append gets. */
export const firstRevision = (expected: Expected): bigint => (expected === 'no-stream' ? 0n : expected + 1n);

/** The last revision the caller believes the stream to have. */
export const believed = (expected: Expected): bigint | undefined => (expected === 'no-stream' ? undefined : expected);

/**
 * The answer to an append that must not be written: a repeat of what is stored, or a conflict. `undefined`: write it.
 * `actual` is the stream's last revision; `find` looks an id up in the whole store.
 * @throws EventStoreError `ID_REUSED`
 */
export const answerWithoutWriting = (
  append: Append,
  actual: bigint | undefined,
  find: (id: string) => Stored | undefined,
): AppendResult | undefined => {
  const stored = append.events.map(({ id }) => find(id));
  stored.forEach((found, index) => {
    if (found !== undefined && !isAt(found, append, index))
      throw new EventStoreError(
        'ID_REUSED',
        `event ${found.id} is stored in ${found.stream} at revision ${found.revision} and is not the one now given for ${append.stream}`,
      );
  });
  const last = stored.at(-1);
  if (last !== undefined && stored.every((found) => found !== undefined))
    return { outcome: 'appended', revision: last.revision, position: last.position };
  return actual === believed(append.expected) ? undefined : { outcome: 'conflict', actual };
};

const isAt = (found: Stored, { stream, expected, events }: Append, index: number): boolean => {
  const given = events[index];
  return (
    given !== undefined &&
    found.stream === stream &&
    found.revision === firstRevision(expected) + BigInt(index) &&
    found.type === given.type &&
    Buffer.compare(found.data, given.data) === 0
  );
};
