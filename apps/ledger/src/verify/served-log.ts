import { decodeEntryBundle, entriesPath, TILE_WIDTH, tilePath, tileWidth } from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import { sha256Tree } from '../log-identity.js';

/** A log that is read over HTTP by its tiles. */
export interface UrlSource {
  /** The log's prefix, for example `http://127.0.0.1:4032/ledger`. */
  readonly url: string;
  /** Bearer token of an inspector: entries are not public. */
  readonly token?: string;
}

/** Reads the resources of https://c2sp.org/tlog-tiles; what is not there or not of the right length is undefined. */
export class ServedLog {
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** The last tile read of each level: the walk asks for one after the other. */
  readonly #tiles = new Map<number, { readonly index: number; readonly hashes: Uint8Array | undefined }>();
  #size = 0;

  constructor({ url, token }: UrlSource) {
    this.#prefix = url.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** The checkpoint; undefined when there is none yet. */
  async checkpoint(): Promise<string | undefined> {
    const bytes = await this.#get('checkpoint');
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** From here on the tree of this size is read. */
  open(size: number): void {
    this.#size = size;
  }

  async tile(level: number, index: number): Promise<Uint8Array | undefined> {
    const known = this.#tiles.get(level);
    if (known?.index === index) return known.hashes;
    const width = tileWidth(level, index, this.#size);
    const bytes = await this.#get(tilePath({ level, index, width }));
    const hashes = bytes?.length === width * sha256Tree.empty.length ? bytes : undefined;
    this.#tiles.set(level, { index, hashes });
    return hashes;
  }

  /** The entries under a tile of leaves. */
  async bundle(index: number): Promise<readonly Uint8Array[] | undefined> {
    const width = tileWidth(0, index, this.#size);
    const bytes = await this.#get(entriesPath(index, width));
    const entries = bytes === undefined ? undefined : decodeEntryBundle(bytes);
    return entries?.length === width && width <= TILE_WIDTH ? entries : undefined;
  }

  async #get(path: string): Promise<Uint8Array | undefined> {
    const address = `${this.#prefix}/${path}`;
    const response = await this.#send(address);
    if (response.status === 404) return undefined;
    if (response.status === 401 || response.status === 403)
      throw new LedgerFault('TOKEN_REFUSED', `${address}: ${response.status}; entries need the token of an inspector`);
    if (!response.ok) throw new LedgerFault('UNREACHABLE', `${address}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  async #send(address: string): Promise<Response> {
    try {
      return await fetch(address, { headers: this.#headers, redirect: 'error' });
    } catch (error) {
      throw new LedgerFault('UNREACHABLE', `${address}: no answer`, undefined, { cause: error });
    }
  }
}
