import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeEntryBundle,
  entriesPath,
  TILE_WIDTH,
  type TileCoordinates,
  tilePath,
  tileWidth,
} from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import { sha256Tree } from '../log-identity.js';

/** A log that is read over HTTP by its tiles. */
export interface UrlSource {
  /** The log's prefix, for example `http://127.0.0.1:4032/ledger`. */
  readonly url: string;
  /** Bearer token of an inspector: entries are not public. */
  readonly token?: string;
}

/** A log whose resources lie as files below a directory, as `exportLog` writes them. */
export interface FilesSource {
  readonly files: string;
}

/** Reads the resources of https://c2sp.org/tlog-tiles; what is not there or not of the right length is undefined. */
export class ServedLog {
  readonly #get: (path: string) => Promise<Uint8Array | undefined>;
  /** The last tile read of each level: the walk asks for one after the other. */
  readonly #tiles = new Map<number, { readonly index: number; readonly hashes: Uint8Array | undefined }>();
  #size = 0;

  constructor(source: UrlSource | FilesSource) {
    this.#get = 'url' in source ? resourcesAt(source) : fromFiles(source);
  }

  /** The checkpoint; undefined when there is none yet. */
  checkpoint(): Promise<string | undefined> {
    return this.text('checkpoint');
  }

  /** A resource that is text; undefined when it is not there. */
  async text(path: string): Promise<string | undefined> {
    const bytes = await this.#get(path);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** From here on the tree of this size is read. */
  open(size: number): void {
    this.#size = size;
    this.#tiles.clear();
  }

  /** Fetches the tiles in which the hashes of `leaf`, and of the nodes above it, stand. */
  async fetchTilesAt(leaf: number): Promise<void> {
    for (let level = 0, count = leaf; ; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const index = Math.floor(count / TILE_WIDTH);
      const width = tileWidth(level, index, this.#size);
      if (width === 0) return;
      if (this.#tiles.get(level)?.index === index) continue;
      this.#tiles.set(level, { index, hashes: await this.#hashes({ level, index, width }) });
    }
  }

  /** Of a partial tile that is not there, the full one: a log that has grown may drop what it has in full. */
  async #hashes(tile: TileCoordinates): Promise<Uint8Array | undefined> {
    const { length } = sha256Tree.empty;
    const bytes = await this.#get(tilePath(tile));
    if (bytes !== undefined || tile.width === TILE_WIDTH)
      return bytes?.length === tile.width * length ? bytes : undefined;
    const full = await this.#get(tilePath({ ...tile, width: TILE_WIDTH }));
    return full?.length === TILE_WIDTH * length ? full.subarray(0, tile.width * length) : undefined;
  }

  /** A tile that was fetched. */
  tile(level: number, index: number): Uint8Array | undefined {
    const known = this.#tiles.get(level);
    return known?.index === index ? known.hashes : undefined;
  }

  /** The entries under a tile of leaves. */
  async bundle(index: number): Promise<readonly Uint8Array[] | undefined> {
    const width = tileWidth(0, index, this.#size);
    const bytes = await this.#get(entriesPath(index, width));
    if (bytes !== undefined || width === TILE_WIDTH) return entriesIn(bytes, width);
    return entriesIn(await this.#get(entriesPath(index, TILE_WIDTH)), TILE_WIDTH)?.slice(0, width);
  }
}

const entriesIn = (bytes: Uint8Array | undefined, width: number): readonly Uint8Array[] | undefined => {
  const entries = bytes === undefined ? undefined : decodeEntryBundle(bytes);
  return entries?.length === width ? entries : undefined;
};

/** The resources of a log at an address, by their paths below it; undefined where there is none. */
export const resourcesAt = ({ url, token }: UrlSource): ((path: string) => Promise<Uint8Array | undefined>) => {
  const prefix = url.replace(/\/+$/, '');
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (path) => {
    const address = `${prefix}/${path}`;
    const response = await send(address, headers);
    if (response.status === 404) return undefined;
    if (response.status === 401 || response.status === 403)
      throw new LedgerFault('TOKEN_REFUSED', `${address}: ${response.status}; entries need the token of an inspector`);
    if (!response.ok) throw new LedgerFault('UNREACHABLE', `${address}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
};

const send = async (address: string, headers: Record<string, string>): Promise<Response> => {
  try {
    return await fetch(address, { headers, redirect: 'error' });
  } catch (error) {
    throw new LedgerFault('UNREACHABLE', `${address}: no answer`, undefined, { cause: error });
  }
};

const fromFiles =
  ({ files }: FilesSource) =>
  async (path: string): Promise<Uint8Array | undefined> => {
    try {
      return new Uint8Array(await readFile(join(files, path)));
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
      throw new LedgerFault('STORAGE_FAILED', `${join(files, path)}: ${(error as Error).message}`, undefined, {
        cause: error,
      });
    }
  };
