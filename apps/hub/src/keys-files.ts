import { nodeOfKeyId, type PrivateJwk } from '@delta-hub/crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './data-dir.js';
import { HubFault } from './faults.js';

/** Where a node keeps the private half of an event key: `keys/event-<n>.json`, readable by its owner only. */
export const eventKeyFile = (dir: string, kid: string): string =>
  join(dir, 'keys', `event-${kid.slice(kid.indexOf('/') + 1)}.json`);

/** The private half of a key that signs events. @throws HubFault `KEY_MISSING` */
export const readEventKey = (dir: string, kid: string): PrivateJwk => {
  const file = eventKeyFile(dir, kid);
  if (nodeOfKeyId(kid) === undefined || !existsSync(file))
    throw new HubFault('KEY_MISSING', `the private half of key ${kid} is missing: ${file}`);
  return readJson(file) as PrivateJwk;
};

/** Writes a new private key, whole and on the disk before it is used, and never over another. */
export const writeEventKey = (dir: string, kid: string, key: PrivateJwk): void => {
  const file = eventKeyFile(dir, kid);
  if (existsSync(file)) throw new HubFault('DATA_DIR_INVALID', `${file} is there already`);
  mkdirSync(join(dir, 'keys'), { recursive: true });
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(key, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
};
