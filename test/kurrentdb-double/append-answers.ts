/** How each path says what became of an append: over the batch stream, and to a call of its own. */
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Message } from 'google-protobuf';
import { status as code } from '@grpc/grpc-js';
import shared from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb.js';
import status from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb.js';
import streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { type Appended, type ExpectedState, MAX_APPEND_BYTES, type Proposed } from './database.js';
import { accessDenied, deletedError, refusal } from './refusals.js';
import { identifierOf } from './wire.js';

/** One append, as either path brings it. */
export interface Append {
  readonly name: string;
  readonly expected: ExpectedState;
  readonly events: readonly Proposed[];
}
export type Outcome = Appended | { readonly kind: 'not-ready' } | { readonly kind: 'access-denied' };
type Success = Extract<Outcome, { kind: 'success' }>;
type Conflict = Extract<Outcome, { kind: 'wrong-expected-version' }>;

const NOT_READY = 'Server Is Not Ready';

/** A refusal is a status whose details name it. */
export const batchAnswer = (
  correlationId: InstanceType<typeof shared.UUID> | undefined,
  append: Append,
  outcome: Outcome,
): InstanceType<typeof streams.BatchAppendResp> => {
  const answer = new streams.BatchAppendResp();
  answer.setCorrelationId(correlationId);
  answer.setStreamIdentifier(identifierOf(append.name));
  if (outcome.kind === 'success') answer.setSuccess(batchSuccess(outcome));
  else answer.setError(statusOf(append, outcome));
  return answer;
};

const batchSuccess = ({ revision, position: at }: Success) => {
  const success = new streams.BatchAppendResp.Success();
  success.setCurrentRevision(String(revision));
  if (at === undefined) success.setNoPosition(new empty.Empty());
  else success.setPosition(positioned(new shared.AllStreamPosition(), at));
  return success;
};

const statusOf = (append: Append, refused: Exclude<Outcome, Success>) => {
  const error = new status.Status();
  const say = (message: string, type: string, details: Message): typeof error => {
    const packed = new any.Any();
    packed.pack(details.serializeBinary(), `event_store.client.${type}`);
    error.setMessage(message);
    error.setDetails(packed);
    return error;
  };
  switch (refused.kind) {
    case 'not-ready':
      return say(NOT_READY, 'NotReady', new empty.Empty());
    case 'access-denied':
      return say('', 'AccessDenied', new shared.AccessDenied());
    case 'wrong-expected-version':
      return say('', 'WrongExpectedVersion', batchConflict(append, refused));
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

const batchConflict = ({ expected }: Append, { actual }: Conflict) => {
  const conflict = new shared.WrongExpectedVersion();
  if (actual === undefined) conflict.setCurrentNoStream(new empty.Empty());
  else conflict.setCurrentStreamRevision(String(actual));
  if (expected === 'any') conflict.setExpectedAny(new empty.Empty());
  else if (expected === 'no_stream') conflict.setExpectedNoStream(new empty.Empty());
  else if (expected === 'stream_exists') conflict.setExpectedStreamExists(new empty.Empty());
  else conflict.setExpectedStreamPosition(String(expected));
  return conflict;
};

type Done = (error: object | null, answer?: InstanceType<typeof streams.AppendResp>) => void;

/** A conflict is an answer; every other refusal is an error of the call. */
export const answerOne = (done: Done, append: Append, outcome: Outcome): void => {
  switch (outcome.kind) {
    case 'success':
      return done(null, new streams.AppendResp().setSuccess(oneSuccess(outcome)));
    case 'wrong-expected-version':
      return done(null, new streams.AppendResp().setWrongExpectedVersion(oneConflict(append, outcome)));
    case 'not-ready':
      return done(refusal(code.UNAVAILABLE, NOT_READY));
    case 'access-denied':
      return done(accessDenied());
    case 'stream-deleted':
      return done(deletedError(append.name));
    case 'maximum-append-size-exceeded':
      return done(
        refusal(code.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', {
          exception: 'maximum-append-size-exceeded',
          'maximum-append-size': String(MAX_APPEND_BYTES),
        }),
      );
    case 'bad-request':
      return done(refusal(code.INVALID_ARGUMENT, 'BadRequest'));
  }
};

const oneSuccess = ({ revision, position: at }: Success) => {
  const success = new streams.AppendResp.Success();
  success.setCurrentRevision(String(revision));
  if (at === undefined) success.setNoPosition(new shared.Empty());
  else success.setPosition(positioned(new streams.AppendResp.Position(), at));
  return success;
};

const oneConflict = ({ expected }: Append, { actual }: Conflict) => {
  const conflict = new streams.AppendResp.WrongExpectedVersion();
  if (actual === undefined) conflict.setCurrentNoStream(new shared.Empty());
  else conflict.setCurrentRevision(String(actual));
  if (expected === 'any') conflict.setExpectedAny(new shared.Empty());
  else if (expected === 'no_stream') conflict.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') conflict.setExpectedStreamExists(new shared.Empty());
  else conflict.setExpectedRevision(String(expected));
  return conflict;
};

const positioned = <P extends { setCommitPosition(at: string): P; setPreparePosition(at: string): P }>(
  position: P,
  at: bigint,
): P => position.setCommitPosition(String(at)).setPreparePosition(String(at));
