import { hash } from 'node:crypto';
import { parseVkey, type PrivateJwk, signerFromJwk } from '@delta-hub/crypto';
import { consistencyPath, formatTreeHead, rootOfLeaves, signNote, toBase64, treeHasher } from '@delta-hub/ledger';

const tree = treeHasher((bytes) => hash('sha256', bytes, 'buffer'));

/** A head that the log signed, as it is shown to a witness. */
export interface Offer {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** Body of the `add-checkpoint` request. */
  readonly body: string;
  readonly leaves: readonly Uint8Array[];
}

/** A log whose owner signs one history for each who asks: every head and every proof of it is sound. */
export class ForkingLog {
  readonly #signer;
  #leaves: readonly Uint8Array[] = [];

  constructor(vkey: string, key: PrivateJwk) {
    const { name, keyId } = parseVkey(vkey);
    const signer = signerFromJwk(key, name);
    this.#signer = { name, keyId, sign: (text: Uint8Array) => signer.sign(text) };
  }

  get size(): number {
    return this.#leaves.length;
  }

  /** Heads that each go on from what the witness has, no two with the same root and three at each size. */
  offers(count: number): readonly Offer[] {
    return Array.from({ length: count }, (_, fork) => {
      const more = Array.from({ length: 1 + Math.floor(fork / 3) }, (_, at) =>
        tree.leaf(Buffer.from(`leaf ${this.size + at} of history ${fork}`)),
      );
      return this.#offer([...this.#leaves, ...more]);
    });
  }

  /** The witness went on with this one. */
  goOn({ leaves }: Offer): void {
    this.#leaves = leaves;
  }

  #offer(leaves: readonly Uint8Array[]): Offer {
    const [from, size, root] = [this.size, leaves.length, rootOfLeaves(tree, leaves)];
    const nodes = (level: number, index: number): Uint8Array =>
      rootOfLeaves(tree, leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
    const path = from === 0 ? [] : consistencyPath(tree, nodes, from, size);
    const note = signNote(formatTreeHead({ origin: this.#signer.name, size, root }), this.#signer);
    return { size, root: toBase64(root), body: [`old ${from}`, ...path.map(toBase64), '', note].join('\n'), leaves };
  }
}
