/**
 * Who may do what on a KurrentDB, so that the account of a node can append and read and nothing else. The server's own
 * default lets every account hide and delete streams.
 */
import {
  AccessDeniedError,
  ANY,
  BACKWARDS,
  binaryEvent,
  END,
  jsonEvent,
  type KurrentDBClient,
  NO_STREAM,
} from '@kurrent/kurrentdb-client';
import { EventStoreError } from '../event-store.js';
import { isNotFound, readFault, withinTime } from './client-errors.js';
import { connect } from './connect.js';

const PATIENCE_MS = 15_000;
const SETTINGS = '$settings';
/** Metadata of `$all`: who may read everything. */
const ALL_METADATA = '$$$all';
/** No stream is so long: an append that expects it is refused, by rights first and else by this. */
const NEVER = 1n << 62n;

/** Where the rights on the server are others than wanted; `found` is undefined where nothing is set. */
export interface AccessDifference {
  readonly place: '$settings' | '$all';
  readonly wanted: object;
  readonly found: object | undefined;
}

export interface AccessOptions {
  readonly connectionString: string;
  /** The group on the server that the accounts of nodes belong to. */
  readonly group: string;
}

const rightsWanted = (group: string) => {
  const members = [group, '$admins'];
  return {
    $settings: {
      $userStreamAcl: { $r: members, $w: members, $d: ['$admins'], $mr: members, $mw: ['$admins'] },
      $systemStreamAcl: { $r: ['$admins'], $w: ['$admins'], $d: ['$admins'], $mr: ['$admins'], $mw: ['$admins'] },
    },
    $all: { $acl: { $r: members, $w: ['$admins'], $d: ['$admins'], $mr: ['$admins'], $mw: ['$admins'] } },
  };
};

/** What an administrator would have to change. @throws EventStoreError `UNAVAILABLE`, also for who may not look */
export const accessDifferences = (options: AccessOptions): Promise<readonly AccessDifference[]> =>
  withClient(options.connectionString, (client) => differences(client, options.group));

/** Changes it; doing so again changes nothing. Answers what was changed. @throws EventStoreError `UNAVAILABLE` */
export const applyAccess = (options: AccessOptions): Promise<readonly AccessDifference[]> =>
  withClient(options.connectionString, async (client) => {
    const found = await differences(client, options.group);
    for (const { place, wanted } of found) {
      const [stream, type] = place === '$settings' ? [SETTINGS, SETTINGS] : [ALL_METADATA, '$metadata'];
      await client.appendToStream(stream, jsonEvent({ type, data: { ...wanted } }), { streamState: ANY });
    }
    return found;
  });

const differences = async (client: KurrentDBClient, group: string): Promise<readonly AccessDifference[]> => {
  const wanted = rightsWanted(group);
  const settings = await lastDocument(client, SETTINGS);
  const all = await lastDocument(client, ALL_METADATA);
  return [
    { place: '$settings' as const, wanted: wanted.$settings, found: settings },
    // Replaced as a whole, so what else is set there stays.
    { place: '$all' as const, wanted: { ...all, ...wanted.$all }, found: all },
  ].filter((one) => normal(one.wanted) !== normal(one.found));
};

const lastDocument = async (client: KurrentDBClient, stream: string): Promise<object | undefined> => {
  try {
    const options = { fromRevision: END, direction: BACKWARDS, maxCount: 1 } as const;
    for await (const { event } of client.readStream(stream, options))
      if (event?.isJson === true) return event.data as object;
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
};

/** For comparing: the order of names and of members does not matter, and one member may stand without brackets. */
const normal = (value: unknown): string => JSON.stringify(sorted(value)) ?? '';
const sorted = (value: unknown): unknown => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.map(String).toSorted();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one)]));
};

/** What must be denied to the account of a node, each tried on a stream that exists only for it, or so that it cannot take effect. */
const FORBIDDEN: readonly (readonly [string, (client: KurrentDBClient, canary: string) => Promise<unknown>])[] = [
  ['set the default rights', (client) => client.appendToStream(SETTINGS, noEvent(), { streamState: NEVER })],
  ['set the rights on $all', (client) => client.appendToStream(ALL_METADATA, noEvent(), { streamState: NEVER })],
  ['write the metadata of a stream', (client, canary) => client.setStreamMetadata(canary, { truncateBefore: 0 })],
  ['delete a stream', (client, canary) => client.deleteStream(canary)],
  ['delete a stream for ever', (client, canary) => client.tombstoneStream(canary)],
];
const noEvent = () => jsonEvent({ type: '$refused', data: {} });

export interface CanaryOptions {
  readonly connectionString: string;
  /** See `KurrentOptions`; the canary's name does not begin with it. */
  readonly prefix: string;
}

/**
 * Tries with the account of a node what it must not be able to do: delete a canary stream, hide what is in it, change who
 * may. A canary is one small event and stays.
 * @throws EventStoreError `NOT_APPEND_ONLY` when anything of it was possible, `UNAVAILABLE` when that cannot be said
 */
export const assertAppendOnly = ({ connectionString, prefix }: CanaryOptions): Promise<void> =>
  withClient(connectionString, async (client) => {
    const canary = `canary.${prefix}${crypto.randomUUID()}`;
    const event = binaryEvent({ type: 'canary', data: new Uint8Array(1) });
    await withinTime(client.appendToStream(canary, event, { streamState: NO_STREAM }), PATIENCE_MS, 'UNAVAILABLE');
    const possible: string[] = [];
    for (const [what, attempt] of FORBIDDEN) if (!(await isDenied(attempt(client, canary)))) possible.push(what);
    if (possible.length > 0)
      throw new EventStoreError('NOT_APPEND_ONLY', `KurrentDB: the account of this node may ${possible.join(', ')}`);
  });

/** False also for what was let in by rights and failed for another reason. @throws what says nothing about rights */
const isDenied = async (attempt: Promise<unknown>): Promise<boolean> => {
  try {
    await withinTime(attempt, PATIENCE_MS, 'UNAVAILABLE');
    return false;
  } catch (error) {
    if (error instanceof AccessDeniedError) return true;
    if (CONSIDERED.has((error as { type?: unknown }).type)) return false;
    throw error;
  }
};
/** Answers of the client that come after the rights were looked at. */
const CONSIDERED: ReadonlySet<unknown> = new Set(['wrong-expected-version', 'stream-deleted', 'stream-not-found']);

const withClient = async <T>(connectionString: string, work: (client: KurrentDBClient) => Promise<T>): Promise<T> => {
  const client = connect(connectionString);
  try {
    return await work(client);
  } catch (error) {
    throw readFault(error);
  } finally {
    await client.dispose();
  }
};
