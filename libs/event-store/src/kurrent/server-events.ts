import {
  type AllStreamRecordedEvent,
  type EventData,
  type KurrentDBClient,
  type RecordedEvent as ClientEvent,
  streamNameFilter,
} from '@kurrent/kurrentdb-client';
import { EventStoreError, type EventToAppend, type RecordedEvent } from '../event-store.js';

/** RFC 3339 in UTC with milliseconds. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Our streams on a server: their names begin with a prefix, so several nodes may share one, and nothing else is ours.
 * Data go as bytes, which come back as they were; what is given as JSON does not. The time of receipt goes as metadata.
 */
export class ServerStreams {
  constructor(private readonly prefix: string) {}

  /** What reads and subscriptions are to give: ours with their metadata, and nothing else. */
  get filter(): ReturnType<typeof streamNameFilter> {
    return streamNameFilter({ prefixes: [this.prefix, `$$${this.prefix}`] });
  }

  /** What reads of them are asked of: the leader, since others may lack the newest. */
  get ours(): { readonly filter: ServerStreams['filter']; readonly requiresLeader: true } {
    return { filter: this.filter, requiresLeader: true };
  }

  /** The id of the event at a position, or of the next of ours behind it; undefined beyond the end. */
  async idFrom(client: KurrentDBClient, position: bigint): Promise<string | undefined> {
    const options = { ...this.ours, fromPosition: positionOf(position), maxCount: 1 } as const;
    for await (const { event } of client.readAll(options)) return event?.id;
    return undefined;
  }

  nameOf(stream: string): string {
    return `${this.prefix}${stream}`;
  }

  /** As the client's `binaryEvent` would make it, which copies the data once more; bytes of metadata it sends as they are. */
  eventOf({ id, type, data }: EventToAppend, receivedAt: string): EventData {
    const metadata = new Uint8Array(Buffer.from(JSON.stringify({ receivedAt })));
    return { id, type, data, metadata, contentType: 'application/octet-stream' };
  }

  /** @throws EventStoreError `SUBSTRATE_TAMPERED` for what only an administrator can have written, `FOREIGN_STORE` */
  recorded(event: ClientEvent | AllStreamRecordedEvent): RecordedEvent {
    if (event.streamId.startsWith('$') || event.type.startsWith('$'))
      throw new EventStoreError(
        'SUBSTRATE_TAMPERED',
        `KurrentDB: ${event.type} in ${event.streamId}: somebody has ${changeOf(event)}`,
      );
    const receivedAt = (event.metadata as { receivedAt?: unknown } | undefined)?.receivedAt;
    if (event.isJson || typeof receivedAt !== 'string' || !INSTANT.test(receivedAt) || event.position === undefined)
      throw new EventStoreError('FOREIGN_STORE', `KurrentDB: event ${event.id} was not stored by this program`);
    return {
      id: event.id,
      type: event.type,
      data: new Uint8Array(event.data),
      stream: event.streamId.slice(this.prefix.length),
      revision: event.revision,
      position: event.position.commit,
      receivedAt,
    };
  }
}

/** What an administrator has done to a stream, by the event that the server wrote for it. */
const changeOf = ({ type, data }: ClientEvent | AllStreamRecordedEvent): string => {
  if (type === '$streamDeleted') return 'deleted the stream for ever';
  const { $tb, $maxCount, $maxAge, $acl } = data as Readonly<Record<string, unknown>>;
  if ($tb !== undefined && Number($tb) >= DELETED) return 'deleted the stream';
  if ($tb !== undefined) return `truncated the stream before revision ${Number($tb)}`;
  if ($maxCount !== undefined || $maxAge !== undefined) return 'set how much of the stream is kept';
  return $acl === undefined ? 'changed what the store keeps' : 'changed who may do what with the stream';
};
/** `$tb` of a stream that was soft-deleted: the greatest 64-bit number, which JSON does not bring back whole. */
const DELETED = 2 ** 63;

/** As the client wants a position: an event that is no part of a server transaction is committed where it is prepared. */
export const positionOf = (position: bigint): { readonly commit: bigint; readonly prepare: bigint } => ({
  commit: position,
  prepare: position,
});
