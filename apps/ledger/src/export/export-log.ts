import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeEntryBundle, entriesPath, parseTreeHead, TILE_WIDTH, tilePath, tilesOf } from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { sha256Tree } from '../log-identity.js';
import { openStoredLog, readStoredLock, type StoredLog } from '../verify/stored-log.js';

export interface Exported {
  readonly origin: string;
  readonly size: number;
  /** Files that were written; the others were there from an earlier run. */
  readonly written: number;
  readonly kept: number;
}

/**
 * Writes the files of https://c2sp.org/tlog-tiles that any static web server can serve: `tile/`, `tile/entries/`, and
 * the checkpoint last, so that a directory with a checkpoint is whole. Every file is written aside and moved; one that is
 * there with its full length is left, so a run that was cut off goes on. The node may be running. Nothing is verified:
 * `verifyLedger` does that with what was written.
 * @throws LedgerFault `NOTHING_SIGNED`, `LEDGER_DAMAGED`, `EXPORT_OF_ANOTHER_LOG`, `STORAGE_FULL`, `STORAGE_FAILED`
 */
export const exportLog = async (
  nodeDirectory: string,
  to: string,
  progress?: (progress: { readonly verified: number; readonly total: number }) => void,
): Promise<Exported> => {
  const paths = ledgerPaths(nodeDirectory);
  const [head] = readStoredLock(paths.lock).signed;
  if (head === undefined) throw new LedgerFault('NOTHING_SIGNED', `${nodeDirectory}: no head was signed yet`);
  const log = openStoredLog(paths.ledger);
  const files = new Files(to);
  try {
    await refuseAnotherLog(files, head.origin);
    for (const { level, index, width } of tilesOf(head.size))
      await files.put(tilePath({ level, index, width }), width * sha256Tree.empty.length, () =>
        tileOf(log, level, index, width),
      );
    for (let first = 0; first < head.size; first += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, head.size - first);
      await files.put(entriesPath(first / TILE_WIDTH, width), undefined, () => bundleOf(log, first, width));
      progress?.({ verified: first + width, total: head.size });
    }
    await files.replace('checkpoint', Buffer.from(head.note, 'utf8'));
    return { origin: head.origin, size: head.size, written: files.written, kept: files.kept };
  } finally {
    log.close();
  }
};

const refuseAnotherLog = async (files: Files, origin: string): Promise<void> => {
  const there = await files.textOf('checkpoint');
  const [text = ''] = there?.split('\n\n', 1) ?? [];
  const found = parseTreeHead(`${text}\n`, sha256Tree.empty.length)?.origin;
  if (there !== undefined && found !== origin)
    throw new LedgerFault('EXPORT_OF_ANOTHER_LOG', `the directory holds ${found ?? 'a checkpoint that is none'}`);
};

const tileOf = (log: StoredLog, level: number, index: number, width: number): Uint8Array => {
  const bytes = width * sha256Tree.empty.length;
  const tile = log.tile(level, index)?.subarray(0, bytes);
  if (tile?.length === bytes) return tile;
  throw new LedgerFault('LEDGER_DAMAGED', `tile ${level}/${index} has not ${width} hashes`);
};

const bundleOf = (log: StoredLog, first: number, width: number): Uint8Array => {
  const entries = log.entries(first - 1, width);
  if (entries.length === width && entries.at(-1)?.position === first + width - 1)
    return encodeEntryBundle(entries.map(({ leaf }) => leaf));
  throw new LedgerFault('LEDGER_DAMAGED', `entries ${first} to ${first + width - 1} are not all there`);
};

/** Files below a directory, each written whole or not at all. */
class Files {
  readonly #directory: string;
  written = 0;
  kept = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes a file that never changes, unless it is there: with this length, when it is known beforehand. */
  async put(path: string, length: number | undefined, bytes: () => Uint8Array): Promise<void> {
    const size = await this.#lengthOf(path);
    if (size !== undefined && (length === undefined ? size > 0 : size === length)) {
      this.kept += 1;
      return;
    }
    await this.replace(path, bytes());
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#directory, path);
    await stored(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      const aside = await open(`${file}.new`, 'w');
      try {
        await aside.writeFile(bytes);
        await aside.sync();
      } finally {
        await aside.close();
      }
      await rename(`${file}.new`, file);
    });
    this.written += 1;
  }

  async textOf(path: string): Promise<string | undefined> {
    const file = join(this.#directory, path);
    return stored(file, async () => {
      if ((await this.#lengthOf(path)) === undefined) return undefined;
      const handle = await open(file);
      try {
        return await handle.readFile('utf8');
      } finally {
        await handle.close();
      }
    });
  }

  async #lengthOf(path: string): Promise<number | undefined> {
    const file = join(this.#directory, path);
    return stored(file, async () => {
      try {
        return (await stat(file)).size;
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
        throw error;
      }
    });
  }
}

const stored = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const code = (error as { code?: unknown }).code === 'ENOSPC' ? 'STORAGE_FULL' : 'STORAGE_FAILED';
    throw new LedgerFault(code, `${file}: ${(error as Error).message}`, undefined, { cause: error });
  }
};
