/** What a call that reads asks for, found in the database. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type streams from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import { once } from 'node:events';
import { type Database, firstNot, type Stored } from './database.js';
import { eventMessage, nameOf } from './wire.js';

export type ReadReq = InstanceType<typeof streams.ReadReq>;
export type ReadResp = InstanceType<typeof streams.ReadResp>;
export type Reading = ServerWritableStream<ReadReq, ReadResp>;

/** The stream that is read, or undefined for everything. */
export const streamIn = (request: ReadReq): string | undefined => {
  const stream = request.getOptions()?.getStream();
  return stream && nameOf(stream.getStreamIdentifier());
};

/** Which events a read of everything wants, by the prefixes or the expression it gives. */
export const filterOf = (request: ReadReq): ((event: Stored) => boolean) => {
  const filter = request.getOptions()?.getFilter();
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
  if (filter === undefined || expression === undefined) return () => true;
  const textOf = (event: Stored): string => (filter.hasStreamIdentifier() ? event.stream : event.type);
  const prefixes = expression.getPrefixList();
  if (prefixes.length > 0) return (event) => prefixes.some((prefix) => textOf(event).startsWith(prefix));
  const pattern = new RegExp(expression.getRegex());
  return (event) => pattern.test(textOf(event));
};

/** The events that a read gives, in its order. Where it begins is looked up, as a real server does, and belongs to it. */
export const wantedOf = (request: ReadReq, events: readonly Stored[], isBackwards: boolean): readonly Stored[] => {
  const isWanted = filterOf(request);
  const count = Number(request.getOptions()?.getCount());
  const wanted: Stored[] = [];
  const step = isBackwards ? -1 : 1;
  for (let at = startOf(request, events, isBackwards); at in events && wanted.length < count; at += step)
    if (isWanted(events[at]!)) wanted.push(events[at]!);
  return wanted;
};

const startOf = (request: ReadReq, events: readonly Stored[], isBackwards: boolean): number => {
  const all = request.getOptions()?.getAll();
  const stream = request.getOptions()?.getStream();
  const position = all?.hasPosition() === true ? BigInt(all.getPosition()?.getCommitPosition() ?? 0) : undefined;
  const revision = stream?.hasRevision() === true ? BigInt(stream.getRevision()) : undefined;
  if (position === undefined && revision === undefined) return isBackwards ? events.length - 1 : 0;
  const isBefore = (event: Stored): boolean =>
    position === undefined ? event.revision < revision! : event.position < position;
  const first = firstNot(events, isBefore);
  if (!isBackwards) return first;
  const isThere = first in events && (events[first]!.position === position || events[first]!.revision === revision);
  return isThere ? first : first - 1;
};

/** How an event is given: a link as what it points to, where that is asked for. */
export const messageOf = (event: Stored, request: ReadReq, database: Database): ReadResp => {
  const isLink = event.type === '$>' && request.getOptions()?.getResolveLinks() === true;
  return isLink ? eventMessage(targetOf(event, database), event) : eventMessage(event);
};

/** A link is `<revision>@<stream>`; what can no longer be read is not pointed to. */
const targetOf = ({ data }: Stored, database: Database): Stored | undefined => {
  const [, revision, stream = ''] = /^(\d+)@(.*)$/s.exec(Buffer.from(data).toString('utf8')) ?? [];
  if (database.stateOf(stream) !== 'there') return undefined;
  return database.read(stream).find((event) => String(event.revision) === revision);
};

/** Until whoever reads takes more, or has gone. */
export const drained = async (call: Reading): Promise<void> => {
  await Promise.race([once(call, 'drain'), once(call, 'cancelled'), once(call, 'close')]).catch(() => undefined);
};
