/** Subscriptions: first the past, then what comes, of everything or of one stream. */
import { status } from '@grpc/grpc-js';
import type { Database, Stored } from './database.js';
import { drained, filterOf, messageOf, type Reading, type ReadReq, streamIn } from './reading.js';
import { deletedError } from './refusals.js';
import { caughtUpMessage, confirmationMessage, type Place } from './wire.js';

/** What the two measured servers do with a live subscriber that is too slow. */
export interface Pace {
  /** EventStoreDB 23 aborts a live subscriber that has this many events unread. */
  readonly abortSlowAfter?: number;
  /** KurrentDB lets it fall back to catching up instead. */
  readonly fallBackAfter?: number;
}

/** What a subscription follows. */
interface Followed {
  /** What is there and was not given yet, in order; whether it is wanted or not, it will not come again. */
  next(): readonly Stored[];
  isWanted(event: Stored): boolean;
  /** Behind which event it is, if it was given one. */
  place(): Pick<Place, 'revision' | 'position'>;
  /** After everything else, when nothing will ever come again. */
  tombstone(): Stored | undefined;
}

/** `spoken` is waited for before anything is given. */
export const subscribe = async (
  call: Reading,
  database: Database,
  { abortSlowAfter = Infinity, fallBackAfter }: Pace,
  spoken: () => Promise<void>,
): Promise<void> => {
  const name = streamIn(call.request);
  if (name !== undefined && database.stateOf(name) === 'tombstoned') return void call.emit('error', deletedError(name));
  const followed = name === undefined ? everything(call.request, database) : oneStream(name, call.request, database);
  let wake = (): void => undefined;
  const unlisten = database.listen(() => wake());
  call.on('cancelled', () => wake());
  call.on('error', () => undefined);
  call.write(confirmationMessage(crypto.randomUUID()));
  let isLive = false;
  while (!call.cancelled && !call.destroyed) {
    await spoken();
    const events = followed.next().filter((event) => followed.isWanted(event));
    for (const event of events) {
      const isTaken = call.write(messageOf(event, call.request, database));
      if (isTaken || call.cancelled || call.destroyed) continue;
      if (isLive && call.writableLength > abortSlowAfter) {
        unlisten();
        return void call.emit('error', TOO_SLOW);
      }
      if (isLive && call.writableLength > (fallBackAfter ?? Infinity)) isLive = false;
      if (!isLive) await drained(call);
    }
    if (events.length > 0) continue;
    const tombstone = followed.tombstone();
    if (tombstone !== undefined) {
      unlisten();
      await new Promise((resolve) => call.write(messageOf(tombstone, call.request, database), resolve));
      return void call.emit('error', deletedError(tombstone.stream));
    }
    // Only KurrentDB says where.
    const place = () => (fallBackAfter === undefined ? undefined : { date: new Date(), ...followed.place() });
    if (!isLive) call.write(caughtUpMessage(place()));
    isLive = true;
    await new Promise<void>((resolve) => (wake = resolve));
  }
  unlisten();
};

/** From a position, which is not delivered again. */
const everything = (request: ReadReq, database: Database): Followed => {
  const all = request.getOptions()?.getAll();
  const position = all?.getPosition();
  let after = position === undefined ? -1n : BigInt(position.getCommitPosition());
  if (all?.hasEnd() === true) after = database.all().at(-1)?.position ?? -1n;
  return {
    next: () => {
      const events = database.after(after);
      after = events.at(-1)?.position ?? after;
      return events;
    },
    isWanted: filterOf(request),
    place: () => (after < 0n ? {} : { position: after }),
    tombstone: () => undefined,
  };
};

/** From a revision, which is not delivered again. A stream that is not there, or is hidden, is waited for. */
const oneStream = (name: string, request: ReadReq, database: Database): Followed => {
  const stream = request.getOptions()?.getStream();
  let after = stream?.hasRevision() === true ? BigInt(stream.getRevision()) : -1n;
  if (stream?.hasEnd() === true) after = database.read(name).at(-1)?.revision ?? -1n;
  return {
    next: () => {
      const events = database.read(name).filter(({ revision }) => revision > after);
      after = events.at(-1)?.revision ?? after;
      return events;
    },
    isWanted: () => true,
    place: () => (after < 0n ? {} : { revision: after }),
    tombstone: () => database.tombstoneOf(name),
  };
};

const TOO_SLOW = {
  code: status.ABORTED,
  details: 'Consumer too slow to handle event while live. Client resubscription required.',
};
