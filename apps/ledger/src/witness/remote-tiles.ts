import { type NodeReader, nodesFromTiles, tilePath, tileWidth } from '@delta-hub/ledger';
import { sha256Tree } from '../log-identity.js';
import type { Wire } from './wire.js';

class TileMissing extends Error {
  constructor(
    readonly level: number,
    readonly index: number,
  ) {
    super(`tile ${level}/${index}`);
  }
}

/**
 * Computes something from the nodes of a tree of `size` leaves that another node serves as tiles below `prefix`:
 * each tile is fetched when the computation first asks for it. Hashes are public, so no token is needed.
 * @throws Error when the log does not serve what its tree must have
 */
export const fromRemoteTiles = async <T>(
  { wire, prefix, size }: { readonly wire: Wire; readonly prefix: string; readonly size: number },
  compute: (nodes: NodeReader) => T,
): Promise<T> => {
  const tiles = new Map<string, Uint8Array>();
  const nodes = nodesFromTiles(sha256Tree, (level, index) => {
    const tile = tiles.get(`${level}/${index}`);
    if (tile === undefined) throw new TileMissing(level, index);
    return tile;
  });
  for (;;)
    try {
      return compute(nodes);
    } catch (error) {
      if (!(error instanceof TileMissing)) throw error;
      const { level, index } = error;
      const width = tileWidth(level, index, size);
      const answer = await wire(`${prefix}/${tilePath({ level, index, width })}`);
      if (answer.status !== 200 || answer.body.length !== width * sha256Tree.empty.length)
        throw new Error(`the log does not serve tile ${level}/${index} of a tree of ${size}`, { cause: error });
      tiles.set(`${level}/${index}`, answer.body);
    }
};
