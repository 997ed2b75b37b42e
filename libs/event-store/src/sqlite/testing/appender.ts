/**
 * A process that appends: `appender.ts <file> <name> <appends>`. Eight appends of three events are under way at any
 * time, each to a stream of its own; the eighth part of the events goes to `person-1`, for which all appenders race.
 * Prints a line for each append that was acknowledged: the stream and the ids.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { EventStore, Expected } from '../../event-store.js';
import { openSqliteEventStore } from '../sqlite-event-store.js';

const EVENTS_PER_APPEND = 3;
const LANES = 8;

const anEvent = () => ({
  id: randomUUID(),
  type: 'cn.delta-hub.transfer.applied.v1',
  data: new Uint8Array(700).fill(7),
});

const acknowledge = (stream: string, ids: readonly string[]) => writeSync(1, `${[stream, ...ids].join(' ')}\n`);

const race = async (store: EventStore) => {
  const event = anEvent();
  for (let expected: Expected = 'no-stream'; ;) {
    const result = await store.append('person-1', expected, [event]);
    if (result.outcome === 'appended') return acknowledge('person-1', [event.id]);
    expected = result.actual ?? 'no-stream';
  }
};

const begin = async (store: EventStore, stream: string) => {
  const events = Array.from({ length: EVENTS_PER_APPEND }, anEvent);
  const result = await store.append(stream, 'no-stream', events);
  if (result.outcome !== 'appended') throw new Error(`${stream} exists`);
  acknowledge(
    stream,
    events.map(({ id }) => id),
  );
};

const [path = '', name = '', appends = ''] = process.argv.slice(2);
const store = await openSqliteEventStore(path);
let begun = 0;
const lane = async () => {
  while (begun < Number(appends)) {
    const turn = begun++;
    await (turn % LANES === 0 ? race(store) : begin(store, `transfer-${name}-${turn}`));
  }
};
await Promise.all(Array.from({ length: LANES }, lane));
await store.close();
