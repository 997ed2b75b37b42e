import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DiskEvent } from './disk-trace.js';

/** The disk writes a sector whole or not at all. */
const SECTOR = 512;

/** What becomes of the sectors that were written and not yet synced when the power goes. */
export type Fate = (sector: number) => boolean;

type Change = Extract<DiskEvent, { readonly kind: 'write' | 'truncate' }>;

interface File {
  /** What no power cut takes away. */
  durable: Buffer;
  readonly unsynced: Change[];
}

/**
 * A disk that keeps what it was told to sync and nothing else for sure. Of the rest it keeps any sectors, in any order;
 * names that were made or taken away since the directory was last synced are there up to some one of them.
 */
export class PowerCutDisk {
  readonly #files = new Map<string, File>();
  #names: ReadonlySet<string>;
  readonly #renamed: Extract<DiskEvent, { readonly kind: 'create' | 'unlink' }>[] = [];
  /** Files that were taken away and are there again when the directory was not synced in time. */
  readonly #unlinked = new Map<string, File>();

  constructor(files: ReadonlyMap<string, Buffer>) {
    for (const [name, durable] of files) this.#files.set(name, { durable, unsynced: [] });
    this.#names = new Set(files.keys());
  }

  apply(event: DiskEvent): void {
    switch (event.kind) {
      case 'create':
        if (this.#files.has(event.file)) return;
        this.#files.set(event.file, { durable: Buffer.alloc(0), unsynced: [] });
        this.#renamed.push(event);
        return;
      case 'unlink':
        this.#unlinked.set(event.file, this.#file(event.file));
        this.#files.delete(event.file);
        this.#renamed.push(event);
        return;
      case 'write':
      case 'truncate':
        this.#file(event.file).unsynced.push(event);
        return;
      case 'sync': {
        const file = this.#file(event.file);
        file.durable = file.unsynced.reduce((content, change) => changed(content, change, () => true), file.durable);
        file.unsynced.length = 0;
        return;
      }
      case 'sync-directory':
        this.#names = new Set(this.#files.keys());
        this.#renamed.length = 0;
        this.#unlinked.clear();
        return;
      case 'told':
    }
  }

  /** How many things are not durable now. */
  get unsynced(): number {
    const changes = [...this.#files.values()].map((file) => file.unsynced.length);
    return changes.reduce((sum, count) => sum + count, this.#renamed.length);
  }

  /** The power goes: what is left, written to a directory. `names`: how many of the latest names got to the disk. */
  cut(directory: string, keeps: Fate, names: number): void {
    const left = new Set(this.#names);
    for (const { kind, file } of this.#renamed.slice(0, names)) left[kind === 'create' ? 'add' : 'delete'](file);
    for (const name of left) {
      const { durable, unsynced } = this.#files.get(name) ?? this.#unlinked.get(name)!;
      const path = join(directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        unsynced.reduce((content, change) => changed(content, change, keeps), durable),
      );
    }
  }

  #file(name: string): File {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`${name} is written to and was never made`);
    return file;
  }
}

/** A file after a change of which `keeps` says, sector by sector, what got to the disk. */
const changed = (content: Buffer, change: Change, keeps: Fate): Buffer => {
  if (change.kind === 'truncate') return keeps(0) ? resized(content, change.size) : content;
  let result = content;
  for (let at = 0; at < change.bytes.length; at += SECTOR) {
    if (!keeps(at / SECTOR)) continue;
    const sector = change.bytes.subarray(at, at + SECTOR);
    const offset = change.offset + at;
    if (result === content || offset + sector.length > result.length)
      result = resized(result, Math.max(result.length, offset + sector.length));
    sector.copy(result, offset);
  }
  return result;
};

/** A copy of that size, filled with zeros where it is longer. */
const resized = (content: Buffer, size: number): Buffer => {
  const result = Buffer.alloc(size);
  content.copy(result, 0, 0, size);
  return result;
};
