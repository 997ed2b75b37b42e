/** The two paths of an append: many over one batch stream in the order of their calls, or each by a call of its own. */
import { type ServerDuplexStream, type ServerReadableStream, status } from '@grpc/grpc-js';
import type streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Proposed } from './database.js';
import { type Append, answerOne, batchAnswer, type Outcome } from './append-answers.js';
import { expectedOf, nameOf, proposedOf } from './wire.js';

type BatchAppendReq = InstanceType<typeof streams.BatchAppendReq>;
export type Batches = ServerDuplexStream<BatchAppendReq, InstanceType<typeof streams.BatchAppendResp>>;
type AppendReq = InstanceType<typeof streams.AppendReq>;
export type OneAppend = ServerReadableStream<AppendReq, InstanceType<typeof streams.AppendResp>>;
export type UnaryDone = (error: object | null, answer?: object) => void;

/** What can become of an append that has arrived. */
export interface Ends {
  readonly answer: (outcome: Outcome) => void;
  /** No answer: its line is cut, and on the batch path that of all others on their way. */
  readonly cut: () => void;
}
type Take = (append: Append, ends: Ends) => void;
type Begun = Append & { readonly events: Proposed[] };

export const collectBatches = (call: Batches, take: Take): void => {
  const begun = new Map<string, Begun>();
  call.on('data', (request: BatchAppendReq) => {
    const id = request.getCorrelationId()?.getString() ?? '';
    const options = request.getOptions();
    if (options !== undefined)
      begun.set(id, {
        name: nameOf(options.getStreamIdentifier()),
        expected: expectedOf(options, () => options.getStreamPosition()),
        events: [],
      });
    const append = begun.get(id);
    append?.events.push(...request.getProposedMessagesList().map(proposedOf));
    if (append === undefined || !request.getIsFinal()) return;
    begun.delete(id);
    take(append, {
      answer: (outcome) => void call.write(batchAnswer(request.getCorrelationId(), append, outcome)),
      cut: () => void call.emit('error', CUT),
    });
  });
  call.on('end', () => call.end());
  call.on('error', () => undefined);
};

export const collectOne = (call: OneAppend, done: UnaryDone, take: Take): void => {
  let append: Begun | undefined;
  call.on('data', (request: AppendReq) => {
    const options = request.getOptions();
    if (options !== undefined)
      append = {
        name: nameOf(options.getStreamIdentifier()),
        expected: expectedOf(options, () => options.getRevision()),
        events: [],
      };
    const proposed = request.getProposedMessage();
    if (proposed !== undefined) append?.events.push(proposedOf(proposed));
  });
  call.on('end', () => {
    const begun = append;
    if (begun === undefined) return;
    take(begun, {
      answer: (outcome) => answerOne(done, begun, outcome),
      cut: () => done(CUT),
    });
  });
  call.on('error', () => undefined);
};

const CUT = { code: status.UNAVAILABLE, details: 'Connection dropped' };
