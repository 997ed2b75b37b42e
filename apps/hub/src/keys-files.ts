import { isLedgerKeyId, nodeOfKeyId, numberOfKeyId, type PrivateJwk } from '@delta-hub/crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './data-dir.js';
import { HubFault } from './faults.js';

/** Where a node keeps the private half of a key, readable by its owner only: `keys/event-<n>.json`, `keys/ledger-<n>.json`. */
export const keyFile = (dir: string, kid: string): string =>
  join(dir, 'keys', `${isLedgerKeyId(kid) ? 'ledger' : 'event'}-${numberOfKeyId(kid)}.json`);

/** The private half of a key. @throws HubFault `KEY_MISSING` */
export const readPrivateKey = (dir: string, kid: string): PrivateJwk => {
  const file = keyFile(dir, kid);
  if (nodeOfKeyId(kid) === undefined || !existsSync(file))
    throw new HubFault('KEY_MISSING', `the private half of key ${kid} is missing: ${file}`);
  return readJson(file) as PrivateJwk;
};

/** Writes a new private key, whole and on the disk before it is used, and never over another. */
export const writePrivateKey = (dir: string, kid: string, key: PrivateJwk): void => {
  const file = keyFile(dir, kid);
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
