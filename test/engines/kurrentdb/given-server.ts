import { KurrentDouble } from '../../kurrentdb-double/server.js';

/** Where a suite finds its server: the one that KURRENTDB_URL gives, else a double that it starts here. */
export interface GivenServer {
  readonly connectionString: string;
  stop(): void;
}

export const givenServer = async (): Promise<GivenServer> => {
  const url = givenUrl();
  if (url !== undefined) return { connectionString: url, stop: () => undefined };
  const double = await new KurrentDouble().start();
  return { connectionString: double.connectionString, stop: () => double.stop() };
};

/** For people: which of the two it is. */
export const describeServer = (): string =>
  givenUrl() === undefined ? 'a protocol double in this repository, no real server' : 'the server of KURRENTDB_URL';

const givenUrl = (): string | undefined => process.env['KURRENTDB_URL'] || undefined;

/** A corner of the server that nobody has used, as the contract wants it empty. */
export const freshPrefix = (): string => `t${crypto.randomUUID()}.`;
