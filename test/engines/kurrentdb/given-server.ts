import { readFileSync } from 'node:fs';
import { ProtectedDouble } from '../../kurrentdb-double/protected-double.js';
import { KurrentDouble } from '../../kurrentdb-double/server.js';

/** Where a suite finds its server: the one that KURRENTDB_URL gives, else a double that it starts here. */
export interface GivenServer {
  readonly connectionString: string;
  stop(): void;
}

export const givenServer = async (): Promise<GivenServer> => {
  const url = givenUrl();
  if (url !== undefined) return { connectionString: withAccount(url), stop: () => undefined };
  const double = await new KurrentDouble().start();
  return { connectionString: double.connectionString, stop: () => double.stop() };
};

/** How the hub's programs reach the server of a play: variables of their environment. */
export interface ServerForPlay {
  readonly environment: Readonly<Record<string, string>>;
  /** To go before `environment`, for who sets the rights; where the server is given, they are its operator's. */
  readonly administrator?: Readonly<Record<string, string>>;
  stop(): void;
}

/** The given server as it is, else a double with accounts and no rights set. A server without TLS has no accounts: it is let pass. */
export const serverForPlay = async (): Promise<ServerForPlay> => {
  const url = givenUrl();
  if (url !== undefined) {
    const isOpen = url.includes('tls=false') && { KURRENTDB_UNPROTECTED: 'allow' };
    return { environment: { ...isOpen, KURRENTDB_URL: url }, stop: () => undefined };
  }
  const double = await ProtectedDouble.start();
  const credentials = (account: string) => ({ KURRENTDB_CREDENTIALS_FILE: double.credentialsFile(account) });
  return {
    environment: { KURRENTDB_URL: double.address, ...credentials('node') },
    administrator: credentials('admin'),
    stop: () => double.stop(),
  };
};

/** The account of KURRENTDB_CREDENTIALS_FILE, as a node takes it; the suite reads `$all` and writes metadata of its own streams. */
const withAccount = (url: string): string => {
  const file = process.env['KURRENTDB_CREDENTIALS_FILE'];
  if (file === undefined || file === '') return url;
  const [user = '', password = ''] = readFileSync(file, 'utf8').trimEnd().split(':');
  return url.replace('://', `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
};

/** For people: which of the two it is. */
export const describeServer = (): string =>
  givenUrl() === undefined ? 'a protocol double in this repository, no real server' : 'the server of KURRENTDB_URL';

const givenUrl = (): string | undefined => process.env['KURRENTDB_URL'] || undefined;

/** A corner of the server that nobody has used, as the contract wants it empty. */
export const freshPrefix = (): string => `t${crypto.randomUUID()}.`;
