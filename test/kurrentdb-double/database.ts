/**
 * What the protocol double of KurrentDB knows: one log in memory with streams over it, deciding as a real server was
 * seen to decide (KurrentDB 26.1 and EventStoreDB 23.10). Nothing here knows of gRPC.
 */

/** A revision that a caller expects, or one of the three words. */
export type ExpectedState = bigint | 'no_stream' | 'stream_exists' | 'any';

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly isJson: boolean;
}

export interface Stored extends Proposed {
  readonly stream: string;
  readonly revision: bigint;
  /** In bytes, as on a real server: neither from 1 nor without holes. */
  readonly position: bigint;
  readonly created: Date;
}

export type Appended =
  | { readonly kind: 'success'; readonly revision: bigint; readonly position: bigint | undefined }
  | { readonly kind: 'wrong-expected-version'; readonly actual: bigint | undefined }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'maximum-append-size-exceeded' }
  | { readonly kind: 'bad-request' };

export type NotDeleted = Extract<Appended, { kind: 'wrong-expected-version' | 'stream-deleted' }>;

/** How a stream looks to who reads it. */
export type StreamState = 'absent' | 'there' | 'soft-deleted' | 'tombstoned';

/** Sum of the data of one call; metadata are not counted. */
export const MAX_APPEND_BYTES = 1_048_576;
/** `$tb` of a soft-deleted stream, and the revision of its tombstone. */
const FOR_EVER = 9_223_372_036_854_775_807n;
const UUID = /^(?!0{8}-0{4}-0{4}-0{4}-0{12}$)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const OVERHEAD_BYTES = 137;

interface Stream {
  readonly events: Stored[];
  tombstone: Stored | undefined;
}

export class Database {
  #log: Stored[] = [];
  #end = 0n;
  readonly #streams = new Map<string, Stream>();
  readonly #listeners = new Set<() => void>();

  /** What was written and not kept yet: one append, whole. */
  readonly #fresh: Stored[] = [];

  /** `keep` is given everything before it is answered for, an append in one piece; what it throws is the end of the server. */
  constructor(
    private readonly now: () => Date = () => new Date(),
    private readonly keep: (stored: readonly Stored[]) => void = () => undefined,
  ) {}

  /** Puts back what was kept, into a database that is new. */
  restore(kept: readonly Stored[]): void {
    for (const stored of kept) {
      const stream = this.#streamOf(stored.stream);
      if (stored.type === '$streamDeleted') stream.tombstone = stored;
      else stream.events.push(stored);
      this.#log.push(stored);
      this.#end = stored.position + sizeOf(stored);
    }
  }

  append(name: string, expected: ExpectedState, events: readonly Proposed[]): Appended {
    if (name === '' || events.some(({ id, type }) => !UUID.test(id) || type === '')) return { kind: 'bad-request' };
    if (events.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND_BYTES)
      return { kind: 'maximum-append-size-exceeded' };
    // Answered as a success with values that mean nothing.
    if (events.length === 0) return { kind: 'success', revision: 0n, position: 0n };
    const state = this.stateOf(name);
    if (state === 'tombstoned' || (state === 'soft-deleted' && expected === 'stream_exists'))
      return { kind: 'stream-deleted' };
    const stored = this.#streams.get(name)?.events ?? [];
    const decided = decide(stored, expected, events, state === 'soft-deleted');
    // A repeat of what was deleted is answered with success and without a position, and the stream stays deleted.
    if (decided.kind === 'repeat' && state === 'soft-deleted')
      return { kind: 'success', revision: decided.last.revision, position: undefined };
    if (decided.kind === 'repeat')
      return { kind: 'success', revision: decided.last.revision, position: decided.last.position };
    if (decided.kind === 'wrong') return { kind: 'wrong-expected-version', actual: stored.at(-1)?.revision };
    if (state === 'soft-deleted') this.#setMetadata(name, { $tb: Number(nextOf(stored)) });
    const last = events.map((event) => this.#write(name, event)).at(-1);
    this.#tell();
    return { kind: 'success', revision: last!.revision, position: last!.position };
  }

  /** Hides what is in a stream; whoever appends to it later goes on with the next revision. */
  softDelete(name: string): void {
    this.#setMetadata(name, FOREVER_TRUNCATED);
    this.#tell();
  }

  tombstone(name: string): void {
    const stream = this.#streamOf(name);
    const mark = { id: crypto.randomUUID(), type: '$streamDeleted', data: NONE, metadata: NONE, isJson: false };
    stream.tombstone = this.#put({ ...mark, stream: name, revision: FOR_EVER });
    this.#tell();
  }

  /** Why a stream is not deleted for who expects this of it, where it is not. */
  refusalToDelete(name: string, expected: ExpectedState): NotDeleted | undefined {
    if (this.stateOf(name) === 'tombstoned') return { kind: 'stream-deleted' };
    const actual = this.#streams.get(name)?.events.at(-1)?.revision;
    const isMet: Readonly<Record<string, boolean>> = {
      any: true,
      no_stream: actual === undefined,
      stream_exists: actual !== undefined,
    };
    return (isMet[String(expected)] ?? expected === actual) ? undefined : { kind: 'wrong-expected-version', actual };
  }

  /** Replaces the whole metadata of a stream: `$tb`, `$maxCount`, `$maxAge`, `$acl`. */
  setMetadata(name: string, metadata: object): void {
    this.#setMetadata(name, metadata);
    this.#tell();
  }

  /** Overwrites the data of an event, as a redaction does: as many bytes, all of them 0xff. */
  redact(name: string, revision: bigint): void {
    const redacted = (event: Stored): Stored =>
      event.stream === name && event.revision === revision ? { ...event, data: event.data.map(() => 0xff) } : event;
    const events = this.#streamOf(name).events;
    events.splice(0, Infinity, ...events.map(redacted));
    this.#log = this.#log.map(redacted);
  }

  /** Loses everything from this position on, as a leader that had more than those who were elected without it. */
  loseFrom(position: bigint): void {
    this.#log = this.#log.filter((event) => event.position < position);
    this.#end = position;
    for (const stream of this.#streams.values())
      stream.events.splice(0, Infinity, ...stream.events.filter((event) => event.position < position));
  }

  /** Takes away what nobody can read any more. The last event of a stream stays, and of a dead stream its tombstone. */
  scavenge(): void {
    this.#log = this.#log.filter((event) => {
      const stream = this.#streams.get(event.stream);
      if (stream?.tombstone !== undefined) return event === stream.tombstone;
      return event.stream.startsWith('$$') || event === stream?.events.at(-1) || this.#isVisible(event);
    });
    for (const stream of this.#streams.values())
      stream.events.splice(0, Infinity, ...stream.events.filter((event) => this.#log.includes(event)));
  }

  stateOf(name: string): StreamState {
    const stream = this.#streams.get(name);
    if (stream?.tombstone !== undefined) return 'tombstoned';
    // The metadata of a dead stream are as dead.
    if (name.startsWith('$$') && this.stateOf(name.slice(2)) === 'tombstoned') return 'tombstoned';
    if (this.#metadata(name).$tb === Number(FOR_EVER)) return 'soft-deleted';
    return stream === undefined || stream.events.length === 0 ? 'absent' : 'there';
  }

  /** The mark at the end of a stream that is dead for ever. */
  tombstoneOf(name: string): Stored | undefined {
    return this.#streams.get(name)?.tombstone;
  }

  /** What a reader of the stream sees, in order. */
  read(name: string): readonly Stored[] {
    return (this.#streams.get(name)?.events ?? []).filter((event) => this.#isVisible(event));
  }

  /** Everything, deleted or not, in order. */
  all(): readonly Stored[] {
    return this.#log;
  }

  /** What lies behind a position, in order. */
  after(position: bigint): readonly Stored[] {
    return this.#log.slice(firstNot(this.#log, (event) => event.position <= position));
  }

  /** Calls back after everything that is written. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #isVisible(event: Stored): boolean {
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.#metadata(event.stream);
    const last = this.#streams.get(event.stream)?.events.at(-1)?.revision ?? 0n;
    const age = this.now().getTime() - event.created.getTime();
    return Number(event.revision) >= $tb && Number(last - event.revision) < $maxCount && age <= $maxAge * 1000;
  }

  #metadata(name: string): { readonly $tb?: number; readonly $maxCount?: number; readonly $maxAge?: number } {
    const last = this.#streams.get(`$$${name}`)?.events.at(-1);
    return last === undefined ? {} : (JSON.parse(Buffer.from(last.data).toString('utf8')) as object);
  }

  #setMetadata(name: string, metadata: object): void {
    const data = metadata === FOREVER_TRUNCATED ? `{"$tb":${FOR_EVER}}` : JSON.stringify(metadata);
    const bytes = new Uint8Array(Buffer.from(data));
    this.#write(`$$${name}`, { id: crypto.randomUUID(), type: '$metadata', data: bytes, metadata: NONE, isJson: true });
  }

  #streamOf(name: string): Stream {
    const stream = this.#streams.get(name) ?? { events: [], tombstone: undefined };
    this.#streams.set(name, stream);
    return stream;
  }

  #write(name: string, event: Proposed): Stored {
    const { events } = this.#streamOf(name);
    const stored = this.#put({ ...event, id: event.id.toLowerCase(), stream: name, revision: nextOf(events) });
    events.push(stored);
    return stored;
  }

  #put(event: Omit<Stored, 'position' | 'created'>): Stored {
    const stored = { ...event, position: this.#end, created: this.now() };
    this.#end += sizeOf(event);
    this.#log.push(stored);
    this.#fresh.push(stored);
    return stored;
  }

  #tell(): void {
    this.keep(this.#fresh.splice(0));
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Index of the first of ordered events of which something does not hold, as it does of all before. */
export const firstNot = (events: readonly Stored[], holds: (event: Stored) => boolean): number => {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(events[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
};

const sizeOf = ({ stream, data, metadata }: Pick<Stored, 'stream' | 'data' | 'metadata'>): bigint =>
  BigInt(OVERHEAD_BYTES + stream.length + data.length + metadata.length);

const NONE = new Uint8Array(0);
const FOREVER_TRUNCATED = {};

const nextOf = (events: readonly Stored[]): bigint => (events.at(-1)?.revision ?? -1n) + 1n;

type Decision = { readonly kind: 'write' | 'wrong' } | { readonly kind: 'repeat'; readonly last: Stored };

/**
 * Whether an append is written, repeated or refused. Only ids are compared, never bytes; and an id is looked for only
 * where the expected state says that it could already stand, so the same id may well be written twice.
 */
const decide = (
  stored: readonly Stored[],
  expected: ExpectedState,
  events: readonly Proposed[],
  isDeleted: boolean,
): Decision => {
  if (expected === 'any' || expected === 'stream_exists') {
    if (expected === 'stream_exists' && stored.length === 0) return { kind: 'wrong' };
    return decideByIds(stored, events);
  }
  const first = expected === 'no_stream' ? 0n : expected + 1n;
  if (first === nextOf(stored)) return { kind: 'write' };
  if (first > nextOf(stored)) return { kind: 'wrong' };
  const there = events.map((event, at) =>
    sameId(
      stored.find(({ revision }) => revision === first + BigInt(at)),
      event,
    ),
  );
  const last = there.at(-1);
  if (last !== undefined && there.every((one) => one !== undefined)) return { kind: 'repeat', last };
  return { kind: isDeleted && expected === 'no_stream' ? 'write' : 'wrong' };
};

const decideByIds = (stored: readonly Stored[], events: readonly Proposed[]): Decision => {
  const found = events.map((event) => stored.find((one) => sameId(one, event) !== undefined));
  if (found[0] === undefined) return { kind: 'write' };
  const last = found.at(-1);
  return last !== undefined && found.every((one) => one !== undefined) ? { kind: 'repeat', last } : { kind: 'wrong' };
};

const sameId = (stored: Stored | undefined, { id }: Proposed): Stored | undefined =>
  stored?.id === id.toLowerCase() ? stored : undefined;
