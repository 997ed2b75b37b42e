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
const append = (name: string, options = noState) => client.appendToStream(`${stream}-${name}`, good, options);
const isStored = async (name: string): Promise<boolean> => {
  try {
    for await (const { event } of client.readStream(`${stream}-${name}`)) return event !== undefined;
    return false;
  } catch {
    return false;
  }
};

/** Whether an append settles that cannot be built. */
const neverSettles = async (broken: () => Promise<unknown>): Promise<void> => {
  await append('before');
  const settled = broken().then(
    () => 'settled',
    () => 'settled',
  );
  console.log(await Promise.race([settled, pause(LONG_MS, 'not settled')]));
};

/** The process lives while something holds it, and is told so; it is the client alone that can. */
const lives = (): void => {
  setTimeout(() => console.log('still here'), LONG_MS).unref();
  setTimeout(() => void client.dispose(), 2 * LONG_MS).unref();
  process.once('exit', () => console.log('end'));
};

const traps: Readonly<Record<string, () => Promise<unknown>>> = {
  jsonData: () =>
    neverSettles(() =>
      client.appendToStream(stream, jsonEvent({ type: 'invented', data: { a: 1n } as never }), noState),
    ),
  noData: () =>
    neverSettles(() =>
      client.appendToStream(stream, jsonEvent({ type: 'invented', data: undefined as never }), noState),
    ),
  nullState: () => neverSettles(() => append('null', { streamState: null } as unknown as AppendToStreamOptions)),
  negativeState: async () => {
    await append('before');
    const states = [-1n, ...Array.from({ length: 100 }, (): typeof NO_STREAM => NO_STREAM)];
    const appends = states.map((streamState, at) => append(`${at}`, { streamState }));
    const told = ({ type, code }: { type?: unknown; code?: unknown }) => `${String(type)} ${String(code)}`;
    const outcomes = await Promise.all(appends.map((one) => one.then(() => 'done', told)));
    console.log([...new Set(outcomes)].join());
    const stored = await Promise.all(states.map((_, at) => isStored(`${at}`)));
    console.log(`${stored.filter(Boolean).length} stored`);
  },
  appending: async () => {
    await append('before');
    lives();
  },
  reading: async () => {
    await isStored('absent');
    lives();
  },
};

process.once('unhandledRejection', () => {
  console.log('unhandled');
  process.on('unhandledRejection', () => undefined);
});
await traps[trap]!();
if (trap !== 'appending' && trap !== 'reading') process.exit(0);
