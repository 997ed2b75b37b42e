/** `trap.ts URL TRAP`: falls into one of the traps of section 9, and prints what becomes of it. */
import {
  type AppendToStreamOptions,
  binaryEvent,
  jsonEvent,
  KurrentDBClient,
  NO_STREAM,
} from '@kurrent/kurrentdb-client';
import { setTimeout as pause } from 'node:timers/promises';

/** A server has answered long before. */
const LONG_MS = 500;

const [url = '', trap = ''] = process.argv.slice(2);
const client = KurrentDBClient.connectionString(url);
const stream = `trap-${crypto.randomUUID()}`;
const good = binaryEvent({ type: 'invented', data: new Uint8Array(1) });
const noState: AppendToStreamOptions = { streamState: NO_STREAM };

process.on('unhandledRejection', () => console.log('unhandled'));
await client.appendToStream(`${stream}-before`, good, noState);

if (trap === 'exit') {
  const timer = setTimeout(() => console.log('still here'), LONG_MS);
  timer.unref(); // It is the client alone that keeps the process.
  process.once('exit', () => console.log('disposed'));
  setTimeout(() => void client.dispose(), 2 * LONG_MS).unref();
} else {
  const traps: Readonly<Record<string, () => Promise<unknown>>> = {
    jsonData: () => client.appendToStream(stream, jsonEvent({ type: 'invented', data: { a: 1n } as never }), noState),
    noData: () => client.appendToStream(stream, jsonEvent({ type: 'invented', data: undefined as never }), noState),
    nullState: () => client.appendToStream(stream, good, { streamState: null } as unknown as AppendToStreamOptions),
  };
  const settled = await Promise.race([
    traps[trap]!().then(
      () => 'settled',
      () => 'settled',
    ),
    pause(LONG_MS, 'not settled'),
  ]);
  console.log(settled);
  process.exit(0);
}
