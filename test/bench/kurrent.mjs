// Appends to KurrentDB: through the port, and by the bare client, in one run and on one server.
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { binaryEvent, KurrentDBClient, NO_STREAM, streamNameFilter } from '@kurrent/kurrentdb-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DoubleProcess } from '../kurrentdb-double/double-process.ts';
import { inFlight, median } from './in-flight.mjs';

const BYTES = 1024;
const ROUNDS = 8;
/** Between rounds: what one has left to be read back is not to cost the next. */
const PAUSE_MS = 200;

/** The server of KURRENTDB_URL, else a protocol double in a process of its own. */
const startServer = async () => {
  const given = process.env.KURRENTDB_URL;
  if (given) return { url: given, name: 'the server of KURRENTDB_URL', stop: () => {} };
  const double = await DoubleProcess.start();
  return {
    url: double.connectionString,
    name: 'a protocol double: no disk, so the floor is higher than a real one',
    stop: () => double.stop(),
  };
};

/** Reads what is appended to streams of this prefix, and does nothing with it; returns what ends it. */
const follow = (client, prefix) => {
  const subscription = client
    .subscribeToAll({ filter: streamNameFilter({ prefixes: [prefix] }) })
    .on('data', () => undefined)
    .on('error', () => undefined);
  return () => subscription.unsubscribe();
};

/**
 * Rounds of all, in turn, so that what else the machine does hits all; each append opens a stream of its own. A round is
 * long against the 50 ms within which the port reads back, so that this is paid for in it but for a few hundredths.
 */
export const measureKurrent = async (record, scale) => {
  const server = await startServer();
  process.stderr.write(`store.kurrent.append on ${server.name}\n`);
  const prefix = `bench-${randomUUID()}.`;
  const client = KurrentDBClient.connectionString(server.url);
  const store = await openKurrentEventStore({ connectionString: server.url, prefix });
  const data = new Uint8Array(BYTES).fill(120);
  const type = 'cn.delta-hub.transfer.applied.v1';
  const appendTo = (streams) =>
    client.appendToStream(
      `${streams}${randomUUID()}`,
      [binaryEvent({ id: randomUUID(), type, data, metadata: { receivedAt: new Date().toISOString() } })],
      { streamState: NO_STREAM },
    );
  const [plain, followed] = [`bare-${prefix}`, `followed-${prefix}`];
  const stopFollowing = follow(client, followed);
  const port = () => store.append(randomUUID(), 'no-stream', [{ id: randomUUID(), type, data }]);
  try {
    for (const [name, width, count] of [
      ['', 64, 3000],
      ['.single', 1, 1500],
    ]) {
      const works = { bare: () => appendTo(plain), followed: () => appendTo(followed), store: port };
      const rates = { bare: [], followed: [], store: [] };
      for (const work of Object.values(works)) await inFlight(200, width, work);
      for (let round = 0; round < Math.max(3, ROUNDS * scale); round++)
        for (const [who, work] of Object.entries(works)) {
          rates[who].push(await inFlight(count, width, work));
          await pause(PAUSE_MS);
        }
      const floor = median(rates.bare);
      for (const [who, of] of Object.entries(rates))
        record(`${who}.kurrent.append${name}`, median(of), 'ev/s', `bare.kurrent.append${name}`, median(of) / floor);
    }
  } finally {
    await store.close();
    await stopFollowing();
    await client.dispose();
    server.stop();
  }
};
