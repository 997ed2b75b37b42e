import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { entriesPath, parseNote, parseTreeHead, TILE_WIDTH, tilePath, tilesOf } from '@delta-hub/ledger';
import { formatKeyEntries, KEY_ENTRIES } from '../keys/served-keys.js';
import { LedgerFault } from '../ledger-fault.js';
import { sha256Tree } from '../log-identity.js';
import type { UrlSource } from '../verify/served-log.js';
import { type ExportSource, sourceOfAddress, sourceOfDirectory } from './export-source.js';

export interface Exported {
  readonly origin: string;
  readonly size: number;
  /** Of witnesses, on the checkpoint. */
  readonly cosignatures: number;
  /** Files that were written; the others were there from an earlier run. */
  readonly written: number;
  readonly kept: number;
}

/**
 * Writes the files of https://c2sp.org/tlog-tiles that any static web server can serve: `tile/`, `tile/entries/`,
 * `key-entries`, and the checkpoint last, so that a directory with a checkpoint is whole. Every file is written aside and moved; one that is
 * there with its full length is left, so a run that was cut off goes on. `from` is the directory of a node, which may be
 * running, or its address. Nothing is verified: `verifyLedger` does that with what was written.
 * @throws LedgerFault `NOTHING_SIGNED`, `LEDGER_DAMAGED`, `EXPORT_OF_ANOTHER_LOG`, `EXPORT_IS_NEWER`, `UNREACHABLE`, `TOKEN_REFUSED`, `STORAGE_FULL`, `STORAGE_FAILED`
 */
export const exportLog = async (
  from: string | UrlSource,
  to: string,
  progress?: (progress: { readonly verified: number; readonly total: number }) => void,
): Promise<Exported> => {
  const source = typeof from === 'string' ? sourceOfDirectory(from) : await sourceOfAddress(from);
  const { origin, size, note } = source;
  const files = new Files(to);
  try {
    await refuseLosing(files, source);
    for (const { level, index, width } of tilesOf(size))
      await files.put(tilePath({ level, index, width }), width * sha256Tree.empty.length, () =>
        source.tile(level, index, width),
      );
    for (let first = 0; first < size; first += TILE_WIDTH) {
      const [index, width] = [first / TILE_WIDTH, Math.min(TILE_WIDTH, size - first)];
      await files.put(entriesPath(index, width), undefined, () => source.bundle(index, width));
      progress?.({ verified: first + width, total: size });
    }
    await files.replace(KEY_ENTRIES, Buffer.from(formatKeyEntries(await source.keyEntries())));
    await files.replace('checkpoint', Buffer.from(note, 'utf8'));
    const cosignatures = (parseNote(note)?.signatures.length ?? 1) - 1;
    return { origin, size, cosignatures, written: files.written, kept: files.kept };
  } finally {
    source.close();
  }
};

/** Nothing is written over another log, nor over more of this one. */
const refuseLosing = async (files: Files, source: ExportSource): Promise<void> => {
  const { origin, size } = source;
  const there = (await files.bytesOf('checkpoint'))?.toString('utf8');
  if (there === undefined) return;
  const [text = ''] = there.split('\n\n', 1);
  const found = parseTreeHead(`${text}\n`, sha256Tree.empty.length);
  if (found?.origin !== origin)
    throw new LedgerFault(
      'EXPORT_OF_ANOTHER_LOG',
      `the directory holds ${found?.origin ?? 'a checkpoint that is none'}`,
    );
  if (found.size === 0) return;
  if (size > 0 && !(await beginsAlike(files, found.size, source)))
    throw new LedgerFault('EXPORT_OF_ANOTHER_LOG', `the directory holds another log of the name ${origin}`);
  if (found.size > size)
    throw new LedgerFault('EXPORT_IS_NEWER', `the directory holds ${found.size} entries, and these are ${size}`);
};

/** A node that was made anew has a log of the same name, which begins with another entry. */
const beginsAlike = async (files: Files, there: number, source: ExportSource): Promise<boolean> => {
  const first = await files.bytesOf(tilePath({ level: 0, index: 0, width: Math.min(TILE_WIDTH, there) }));
  const leaf = (await source.tile(0, 0, Math.min(TILE_WIDTH, source.size))).subarray(0, sha256Tree.empty.length);
  return first?.subarray(0, leaf.length).equals(leaf) ?? true;
};

/** Files below a directory, each written whole or not at all. */
class Files {
  readonly #directory: string;
  /** Two exports to one place would take each other's files away. */
  readonly #run = randomUUID();
  written = 0;
  kept = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes a file that never changes, unless it is there: with this length, when it is known beforehand. */
  async put(path: string, length: number | undefined, bytes: () => Promise<Uint8Array>): Promise<void> {
    const size = await this.#lengthOf(path);
    if (size !== undefined && (length === undefined ? size > 0 : size === length)) {
      this.kept += 1;
      return;
    }
    await this.replace(path, await bytes());
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#directory, path);
    await stored(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      const fresh = `${file}.${this.#run}.new`;
      const aside = await open(fresh, 'w');
      try {
        await aside.writeFile(bytes);
        await aside.sync();
      } finally {
        await aside.close();
      }
      await rename(fresh, file);
    });
    this.written += 1;
  }

  async bytesOf(path: string): Promise<Buffer | undefined> {
    const file = join(this.#directory, path);
    return stored(file, async () => {
      if ((await this.#lengthOf(path)) === undefined) return undefined;
      const handle = await open(file);
      try {
        return await handle.readFile();
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
