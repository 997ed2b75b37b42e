import type { EventStore } from '@delta-hub/event-store';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { existsSync } from 'node:fs';
import { type HubConfig, loadConfig, settingFile } from './config.js';
import { nodePaths } from './data-dir.js';
import { HubFault } from './faults.js';
import type { NodeId } from './nodes.js';

/** A node's event store; `file` where it is one that other threads may open for themselves. */
export interface NodeStore {
  readonly store: EventStore;
  readonly file?: string;
}

/**
 * Opens the event store of the node in this directory, as the configuration has it: a file there, or KurrentDB.
 * @throws HubFault `CONFIG_INVALID`; EventStoreError
 */
export const openNodeStore = async (
  dir: string,
  node: NodeId,
  now?: () => string,
  config: HubConfig = loadConfig(),
): Promise<NodeStore> => {
  const files = nodePaths(dir);
  const clock = now === undefined ? {} : { now };
  if (config.DELTA_HUB_STORE === 'sqlite') {
    const { DELTA_HUB_STORE_MAX_BYTES: maxBytes } = config;
    const limits = maxBytes === undefined ? {} : { maxBytes };
    return { store: await openSqliteEventStore(files.events, { ...clock, ...limits }), file: files.events };
  }
  if (existsSync(files.events))
    throw new HubFault('CONFIG_INVALID', `DELTA_HUB_STORE: ${files.events} holds this node's events already`);
  const connectionString = kurrentUrl(config, node);
  // Not loaded unless it is wanted: the client brings a native library.
  const { openKurrentEventStore } = await import('@delta-hub/event-store/kurrent');
  const store = await openKurrentEventStore({
    connectionString,
    prefix: prefixOf(config, node),
    indexFile: files.eventIndex,
    ...clock,
  });
  return { store };
};

/**
 * Tries, where the node's events are on a server, whether its account could delete them: then it must not start.
 * @throws HubFault `CONFIG_INVALID`; EventStoreError `NOT_APPEND_ONLY`, `UNAVAILABLE`
 */
export const proveAppendOnly = async (node: NodeId, config: HubConfig): Promise<void> => {
  if (config.DELTA_HUB_STORE === 'sqlite' || config.KURRENTDB_UNPROTECTED === 'allow') return;
  const { assertAppendOnly } = await import('@delta-hub/event-store/kurrent-hardening');
  await assertAppendOnly({ connectionString: kurrentUrl(config, node), prefix: prefixOf(config, node) });
};

const prefixOf = (config: HubConfig, node: NodeId): string => `${config.KURRENTDB_PREFIX}${node}.`;

const COUNT = /^\d{1,9}$/;
const FILE = /^([^\s=%]|%[\dA-Fa-f]{2})+$/;
const YES_OR_NO = /^(true|false)$/;
/** As the client compares the names of its options. */
const flat = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '');
/**
 * The options of the client: one that it does not know it ignores, and says so with the whole address, the password in it.
 * Not: what makes a conflict look like a success, or a server that stands still like one that is slow.
 */
const OPTIONS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    ...{ tls: YES_OR_NO, tlsVerifyCert: YES_OR_NO, throwOnAppendFailure: /^true$/, nodePreference: /^[A-Za-z_-]+$/ },
    ...{ tlsCAFile: FILE, userCertFile: FILE, userKeyFile: FILE, connectionName: /^[^=]+$/ },
    ...{ maxDiscoverAttempts: COUNT, discoveryInterval: COUNT, gossipTimeout: COUNT },
    ...{ defaultDeadline: COUNT, keepAliveInterval: COUNT, keepAliveTimeout: COUNT },
  }).map(([name, value]) => [flat(name), value]),
);

/** @throws HubFault `CONFIG_INVALID` for what the client would not take, or would ignore */
const assertUsable = (url: string): void => {
  const [hosts = '', options, ...rest] = url.replace(/^[^:]+:\/\//, '').split('?');
  const isHost = (host: string): boolean =>
    /^[A-Za-z0-9._-]+(:\d{1,5})?$/.test(host) && !(Number(host.split(':')[1]) > 65_535);
  if (rest.length > 0 || !hosts.replace(/\/$/, '').split(',').every(isHost))
    throw new HubFault('CONFIG_INVALID', 'KURRENTDB_URL: kurrentdb://host:port,host:port?tls=true is expected');
  for (const option of options?.split('&') ?? []) {
    const [name = '', value = ''] = option.split(/=(.*)/, 2);
    const allowed = OPTIONS.get(flat(name));
    if (allowed?.test(value) !== true)
      throw new HubFault('CONFIG_INVALID', `KURRENTDB_URL: the hub does not work with ${option}`);
    if (allowed === FILE) settingFile(decodeURIComponent(value));
  }
};

/** KURRENTDB_URL for this node, with the account of KURRENTDB_CREDENTIALS_FILE. @throws HubFault `CONFIG_INVALID` */
export const kurrentUrl = (config: HubConfig, node: NodeId): string => {
  if (config.KURRENTDB_URL === undefined)
    throw new HubFault('CONFIG_INVALID', 'KURRENTDB_URL: the address of the server is needed');
  const url = config.KURRENTDB_URL.replaceAll('{node}', node);
  assertUsable(url);
  const file = config.KURRENTDB_CREDENTIALS_FILE;
  if (file === undefined) return url;
  const [, user, password] = /^([^:\s]+):(\S+)\s*$/.exec(settingFile(file)) ?? [];
  if (user === undefined || password === undefined)
    throw new HubFault('CONFIG_INVALID', 'KURRENTDB_CREDENTIALS_FILE: one line user:password is expected');
  return url.replace('://', `://${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);
};
