/** Between the double's database and the messages of the public protocol (kurrentdb/protocols/v1). */
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { ExpectedState, Proposed, Stored } from './database.js';

const TICKS_PER_MS = 10_000n;

interface ProposedMessage {
  getId(): { getString(): string } | undefined;
  getMetadataMap(): { get(name: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

export const proposedOf = (message: ProposedMessage): Proposed => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  isJson: message.getMetadataMap().get('content-type') === 'application/json',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

export const nameOf = (identifier: { getStreamName_asU8(): Uint8Array } | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

/** The four ways to say an expected state, which each kind of request names in its own way. */
export const expectedOf = (
  options: { hasNoStream(): boolean; hasStreamExists(): boolean; hasAny(): boolean },
  revision: () => string,
): ExpectedState => {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return options.hasAny() ? 'any' : BigInt(revision());
};

export const identifierOf = (name: string) => {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(new Uint8Array(Buffer.from(name)));
  return identifier;
};

/** With `link` it is given as what that points to, which may be gone. */
export const eventMessage = (stored: Stored | undefined, link?: Stored): InstanceType<typeof streams.ReadResp> => {
  const event = new streams.ReadResp.ReadEvent();
  if (stored !== undefined) event.setEvent(recordOf(stored));
  if (link !== undefined) event.setLink(recordOf(link));
  event.setCommitPosition(String((link ?? stored)?.position));
  const answer = new streams.ReadResp();
  answer.setEvent(event);
  return answer;
};

const recordOf = (stored: Stored): InstanceType<typeof streams.ReadResp.ReadEvent.RecordedEvent> => {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(stored.id);
  record.setId(id);
  record.setStreamIdentifier(identifierOf(stored.stream));
  record.setStreamRevision(String(stored.revision));
  record.setCommitPosition(String(stored.position));
  record.setPreparePosition(String(stored.position));
  const attributes = record.getMetadataMap();
  attributes.set('type', stored.type);
  attributes.set('content-type', stored.isJson ? 'application/json' : 'application/octet-stream');
  attributes.set('created', String(BigInt(stored.created.getTime()) * TICKS_PER_MS));
  record.setData(stored.data);
  record.setCustomMetadata(stored.metadata);
  return record;
};

export const confirmationMessage = (subscription: string): InstanceType<typeof streams.ReadResp> => {
  const answer = new streams.ReadResp();
  const confirmation = new streams.ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(subscription);
  answer.setConfirmation(confirmation);
  return answer;
};

/** Where a subscription is that has caught up, and when, as KurrentDB says it. */
export interface Place {
  readonly date: Date;
  /** In the stream that is followed, or else of everything. */
  readonly revision?: bigint;
  readonly position?: bigint;
}

/** EventStoreDB does not say where. */
export const caughtUpMessage = (place?: Place): InstanceType<typeof streams.ReadResp> => {
  const caughtUp = new streams.ReadResp.CaughtUp();
  if (place !== undefined) caughtUp.setTimestamp(timestamp.Timestamp.fromDate(place.date));
  if (place?.revision !== undefined) caughtUp.setStreamRevision(String(place.revision));
  if (place?.position !== undefined) {
    const position = new streams.ReadResp.Position();
    caughtUp.setPosition(position);
    position.setCommitPosition(String(place.position));
    position.setPreparePosition(String(place.position));
  }
  const answer = new streams.ReadResp();
  answer.setCaughtUp(caughtUp);
  return answer;
};

export const notFoundMessage = (name: string): InstanceType<typeof streams.ReadResp> => {
  const answer = new streams.ReadResp();
  const notFound = new streams.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifierOf(name));
  answer.setStreamNotFound(notFound);
  return answer;
};
