import {
  addSignatures,
  decodeEntryBundle,
  encodeEntryBundle,
  entriesPath,
  parseNote,
  parseTreeHead,
  tilePath,
  TILE_WIDTH,
} from '@delta-hub/ledger';
import { KEY_ENTRIES, parseKeyEntries } from '../keys/served-keys.js';
import { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { sha256Tree } from '../log-identity.js';
import { resourcesAt, type UrlSource } from '../verify/served-log.js';
import { openStoredLog, readStoredLock } from '../verify/stored-log.js';
import { readCosigned } from '../witness/witness-store.js';

/** Where an export takes the files of a log from. */
export interface ExportSource {
  readonly origin: string;
  readonly size: number;
  /** The newest head as a signed note, with the cosignatures that it has. */
  readonly note: string;
  /** @throws LedgerFault `LEDGER_DAMAGED` when it is not whole, `UNREACHABLE`, `TOKEN_REFUSED`; so does `bundle` */
  tile(level: number, index: number, width: number): Promise<Uint8Array>;
  bundle(index: number, width: number): Promise<Uint8Array>;
  /** Where the key events stand. */
  keyEntries(): Promise<readonly number[]>;
  close(): void;
}

/** @throws LedgerFault `NOTHING_SIGNED`, and those of a damaged file */
export const sourceOfDirectory = (directory: string): ExportSource => {
  const paths = ledgerPaths(directory);
  const [head] = readStoredLock(paths.lock).signed;
  if (head === undefined) throw new LedgerFault('NOTHING_SIGNED', `${directory}: no head was signed yet`);
  const { origin, size } = head;
  const kept = readCosigned(paths.witness, origin);
  const cosignatures = kept?.cosigned.cosignaturesOf(size) ?? [];
  kept?.close();
  const log = openStoredLog(paths.ledger);
  return {
    origin,
    size,
    note: addSignatures(head.note, cosignatures),
    tile: (level, index, width) => {
      const bytes = width * sha256Tree.empty.length;
      const tile = log.tile(level, index)?.subarray(0, bytes);
      if (tile?.length === bytes) return Promise.resolve(tile);
      throw new LedgerFault('LEDGER_DAMAGED', `tile ${level}/${index} has not ${width} hashes`);
    },
    bundle: (index, width) => {
      const first = index * TILE_WIDTH;
      const entries = log.entries(first - 1, width);
      if (entries.length === width && entries.at(-1)?.position === first + width - 1)
        return Promise.resolve(encodeEntryBundle(entries.map(({ leaf }) => leaf)));
      throw new LedgerFault('LEDGER_DAMAGED', `entries ${first} to ${first + width - 1} are not all there`);
    },
    keyEntries: () => Promise.resolve(log.keyEntries().flatMap(({ position }) => (position < size ? [position] : []))),
    close: () => log.close(),
  };
};

/** @throws LedgerFault `NOTHING_SIGNED`, `UNREACHABLE`, `TOKEN_REFUSED` */
export const sourceOfAddress = async (source: UrlSource): Promise<ExportSource> => {
  const get = resourcesAt(source);
  const checkpoint = await get('checkpoint');
  if (checkpoint === undefined) throw new LedgerFault('NOTHING_SIGNED', `${source.url}: no head was signed yet`);
  const note = Buffer.from(checkpoint).toString('utf8');
  const head = parseTreeHead(parseNote(note)?.text ?? '', sha256Tree.empty.length);
  if (head === undefined) throw new LedgerFault('UNREACHABLE', `${source.url}: the checkpoint is none`);
  const whole = async (path: string, isWhole: (bytes: Uint8Array) => boolean): Promise<Uint8Array> => {
    const bytes = await get(path);
    if (bytes !== undefined && isWhole(bytes)) return bytes;
    throw new LedgerFault('LEDGER_DAMAGED', `${source.url}/${path} is not there, or not whole`);
  };
  return {
    origin: head.origin,
    size: head.size,
    note,
    tile: (level, index, width) =>
      whole(tilePath({ level, index, width }), ({ length }) => length === width * sha256Tree.empty.length),
    bundle: (index, width) => whole(entriesPath(index, width), (bytes) => decodeEntryBundle(bytes)?.length === width),
    keyEntries: async () => {
      const text = Buffer.from(await whole(KEY_ENTRIES, () => true)).toString('utf8');
      return (parseKeyEntries(text) ?? []).filter((index) => index < head.size);
    },
    close: () => undefined,
  };
};
