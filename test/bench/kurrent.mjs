// Appends to KurrentDB: through the port, and by the bare client, in one run and on one server.
import { openKurrentEventStore } from '@delta-hub/event-store/kurrent';
import { binaryEvent, KurrentDBClient, NO_STREAM } from '@kurrent/kurrentdb-client';
import { randomUUID } from 'node:crypto';
import { DoubleProcess } from '../kurrentdb-double/double-process.ts';
import { inFlight, median } from './in-flight.mjs';

const BYTES = 1024;
const ROUNDS = 20;

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

/** Rounds of both, in turn, so that what else the machine does hits both; each append opens a stream of its own. */
export const measureKurrent = async (record, scale) => {
  const server = await startServer();
  process.stderr.write(`store.kurrent.append on ${server.name}\n`);
  const prefix = `bench-${randomUUID()}.`;
  const client = KurrentDBClient.connectionString(server.url);
  const store = await openKurrentEventStore({ connectionString: server.url, prefix });
  const data = new Uint8Array(BYTES).fill(120);
  const type = 'cn.delta-hub.transfer.applied.v1';
  const bare = () =>
    client.appendToStream(
      `bare-${prefix}${randomUUID()}`,
      [binaryEvent({ id: randomUUID(), type, data, metadata: { receivedAt: new Date().toISOString() } })],
      { streamState: NO_STREAM },
    );
  const port = () => store.append(randomUUID(), 'no-stream', [{ id: randomUUID(), type, data }]);
  try {
    for (const [name, width, count] of [
      ['', 64, 10_000],
      ['.single', 1, 2000],
    ]) {
      const rates = { bare: [], port: [] };
      for (const work of [bare, port]) await inFlight(200, width, work);
      for (let round = 0; round < ROUNDS; round++) {
        rates.bare.push(await inFlight((count / ROUNDS) * scale, width, bare));
        rates.port.push(await inFlight((count / ROUNDS) * scale, width, port));
      }
      const floor = `bare.kurrent.append${name}`;
      record(floor, median(rates.bare), 'ev/s');
      record(`store.kurrent.append${name}`, median(rates.port), 'ev/s', floor, median(rates.port) / median(rates.bare));
    }
  } finally {
    await store.close();
    await client.dispose();
    server.stop();
  }
};
