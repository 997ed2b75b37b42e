import { afterAll, beforeAll, jest } from '@jest/globals';
import {
  type AppendToStreamOptions,
  binaryEvent,
  KurrentDBClient,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@kurrent/kurrentdb-client';
import { givenServer, type GivenServer } from '../given-server.js';

export const event = (id: string = crypto.randomUUID(), text = 'invented') =>
  binaryEvent({ id, type: 'invented', data: new TextEncoder().encode(text) });
export const some = (count: number) => Array.from({ length: count }, () => event());

/** The given server while the suite runs, asked with the bare client; what the client answers is told in few words. */
export const serverOfSuite = () => {
  // Reading everything takes its time on a server that has held much else.
  jest.setTimeout(120_000);
  let server: GivenServer;
  let client: KurrentDBClient;
  beforeAll(async () => {
    server = await givenServer();
    client = KurrentDBClient.connectionString(server.connectionString);
  });
  afterAll(async () => {
    await client.dispose();
    server.stop();
  });

  const append = async (
    stream: string,
    events: ReturnType<typeof some>,
    state: AppendToStreamOptions['streamState'],
  ) => {
    try {
      const { nextExpectedRevision, position } = await client.appendToStream(stream, events, { streamState: state! });
      return { revision: nextExpectedRevision, position };
    } catch (error) {
      if (!(error instanceof WrongExpectedVersionError)) return (error as { type?: string }).type;
      return `wrong: ${String(error.actualState)}`;
    }
  };

  const read = async (stream: string): Promise<unknown> => {
    const found: { revision: bigint; id: string; data: unknown }[] = [];
    try {
      for await (const { event: one } of client.readStream(stream, { fromRevision: START }))
        found.push({ revision: one!.revision, id: one!.id, data: Buffer.from(one!.data as Uint8Array).toString() });
      return found;
    } catch (error) {
      return (error as { type?: string }).type;
    }
  };

  const revisions = async (stream: string) => {
    const found = await read(stream);
    return Array.isArray(found) ? found.map(({ revision }: { revision: bigint }) => Number(revision)) : found;
  };

  const everything = async (prefix: string) => {
    const found: { type: string; revision: bigint; stream: string }[] = [];
    const filter = streamNameFilter({ prefixes: [prefix, `$$${prefix}`] });
    for await (const { event: one } of client.readAll({ filter }))
      found.push({ type: one!.type, revision: one!.revision, stream: one!.streamId.replace(prefix, '') });
    return found;
  };

  return {
    ...{ append, read, revisions, everything },
    get client() {
      return client;
    },
    get connectionString() {
      return server.connectionString;
    },
  };
};
