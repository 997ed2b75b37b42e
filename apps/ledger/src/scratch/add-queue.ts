import { asLedgerFault, type LedgerFault } from '../ledger-fault.js';
import type { LedgerStore } from '../ledger-store.js';
import { sha256Tree } from '../log-identity.js';
import type { Leaf, Sequencer } from '../sequencer.js';

/** Most leaves in one group, and most that wait: two groups' worth. */
const MOST_IN_A_GROUP = 1024;
const MOST_WAITING = 2048;

interface Waiting {
  readonly leaf: Leaf;
  readonly resolve: (index: number) => void;
  readonly reject: (fault: LedgerFault) => void;
}

/** Raw leaves on their way into a scratch log: all that wait go together, as soon as the group before is on the disk. */
export class AddQueue {
  readonly #sequencer: Sequencer;
  readonly #store: LedgerStore;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(sequencer: Sequencer, store: LedgerStore) {
    this.#sequencer = sequencer;
    this.#store = store;
  }

  /**
   * The index of these bytes once they are under a locked head: the same one whenever they come again. Undefined when
   * too many wait already: nothing was taken. @throws LedgerFault when the log has stopped
   */
  add(bytes: Uint8Array): Promise<number> | undefined {
    if (this.#waiting.length >= MOST_WAITING) return undefined;
    const added = new Promise<number>((resolve, reject) =>
      this.#waiting.push({ leaf: leafOf(bytes), resolve, reject }),
    );
    if (!this.#running) {
      this.#running = true;
      setImmediate(() => this.#run());
    }
    return added;
  }

  #run(): void {
    const group = this.#waiting.splice(0, MOST_IN_A_GROUP);
    try {
      this.#sequencer.append(group.map(({ leaf }) => leaf));
      const positions = this.#store.positionsOf(group.map(({ leaf }) => leaf.eventId));
      for (const { leaf, resolve } of group) resolve(positions.get(leaf.eventId)!);
    } catch (error) {
      const fault = asLedgerFault(error);
      for (const { reject } of group) reject(fault);
    }
    this.#running = this.#waiting.length > 0;
    // The answers go out and new leaves come in before the next group.
    if (this.#running) setImmediate(() => this.#run());
  }
}

/** The same bytes are the same leaf: its id is made of its hash, and it has a stream to itself. */
const leafOf = (leaf: Uint8Array): Leaf => {
  const leafHash = sha256Tree.leaf(leaf);
  const hex = Buffer.from(leafHash).toString('hex');
  const eventId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return { eventId, leaf, leafHash, stream: `leaf-${hex}`, revision: 0n, storePosition: 0n };
};
