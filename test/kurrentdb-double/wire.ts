/** Between the double's database and the messages of the public protocol (kurrentdb/protocols/v1). */
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Message } from 'google-protobuf';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { type Appended, type ExpectedState, MAX_APPEND_BYTES, type Proposed, type Stored } from './database.js';

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

const identifierOf = (name: string) => {
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

export const caughtUpMessage = (): InstanceType<typeof streams.ReadResp> => {
  const answer = new streams.ReadResp();
  answer.setCaughtUp(new streams.ReadResp.CaughtUp());
  return answer;
};

export const notFoundMessage = (name: string): InstanceType<typeof streams.ReadResp> => {
  const answer = new streams.ReadResp();
  const notFound = new streams.ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(identifierOf(name));
  answer.setStreamNotFound(notFound);
  return answer;
};

/** The answer to one append of a batch stream; a refusal is a status whose details name it. */
export const batchAnswer = (
  correlationId: InstanceType<typeof shared.UUID> | undefined,
  name: string,
  appended: Appended | 'not-ready' | 'access-denied',
): InstanceType<typeof streams.BatchAppendResp> => {
  const answer = new streams.BatchAppendResp();
  answer.setCorrelationId(correlationId);
  answer.setStreamIdentifier(identifierOf(name));
  if (typeof appended === 'object' && appended.kind === 'success') {
    const success = new streams.BatchAppendResp.Success();
    success.setCurrentRevision(String(appended.revision));
    if (appended.position === undefined) success.setNoPosition(new empty.Empty());
    else {
      const position = new shared.AllStreamPosition();
      position.setCommitPosition(String(appended.position));
      position.setPreparePosition(String(appended.position));
      success.setPosition(position);
    }
    answer.setSuccess(success);
  } else answer.setError(statusOf(appended));
  return answer;
};

const statusOf = (refused: Exclude<Appended, { kind: 'success' }> | 'not-ready' | 'access-denied') => {
  const error = new status.Status();
  const say = (message: string, type: string, details: Message): typeof error => {
    const packed = new any.Any();
    packed.pack(details.serializeBinary(), `event_store.client.${type}`);
    error.setMessage(message);
    error.setDetails(packed);
    return error;
  };
  if (refused === 'not-ready') return say('Server Is Not Ready', 'NotReady', new empty.Empty());
  if (refused === 'access-denied') return say('', 'AccessDenied', new shared.AccessDenied());
  switch (refused.kind) {
    case 'wrong-expected-version': {
      const details = new shared.WrongExpectedVersion();
      if (refused.actual === undefined) details.setCurrentNoStream(new empty.Empty());
      else details.setCurrentStreamRevision(String(refused.actual));
      details.setExpectedAny(new empty.Empty());
      return say('', 'WrongExpectedVersion', details);
    }
    case 'stream-deleted':
      return say('', 'StreamDeleted', new shared.StreamDeleted());
    case 'maximum-append-size-exceeded': {
      const details = new shared.MaximumAppendSizeExceeded();
      details.setMaxappendsize(MAX_APPEND_BYTES);
      return say('', 'MaximumAppendSizeExceeded', details);
    }
    case 'bad-request':
      return say('BadRequest', 'BadRequest', new shared.BadRequest());
  }
};
