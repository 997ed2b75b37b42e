import {
  consistencyPath,
  type ForkProof,
  type NoteVerifier,
  rootAt,
  sameBytes,
  verifyConsistency,
} from '@delta-hub/ledger';
import { sha256Tree } from '../log-identity.js';
import type { SignedHead } from '../ledger-store.js';
import { openHead } from '../signed-head.js';
import { fromRemoteTiles } from './remote-tiles.js';
import { textOf, type Wire } from './wire.js';
import { rememberedAt } from './witness-link.js';

/** A log that this node witnesses. */
export interface WitnessedLog {
  readonly origin: string;
  readonly verifiers: () => readonly NoteVerifier[];
  /** The prefix of its tiles and checkpoint; undefined while its node cannot be reached. */
  readonly url: () => string | undefined;
}

interface Deps {
  readonly logs: readonly WitnessedLog[];
  /** Where the other witnesses serve what they cosigned. */
  readonly others: () => readonly string[];
  /** The newest head of a log that this node itself cosigned. */
  readonly own: (origin: string) => SignedHead | undefined;
  readonly wire: Wire;
  /** Whether a fork of this log is being held already: then there is nothing more to find. */
  readonly isHeld: (origin: string) => boolean;
  readonly found: (fork: ForkProof) => void;
}

/**
 * Compares, for each log that this node witnesses, what it cosigned with what the other witnesses hold and with what the
 * log itself shows. Every head is verified first; two that cannot be of one tree are a proof that needs no trust in us.
 */
export class Gossip {
  readonly #deps: Deps;
  /** Pairs of heads that have been found consistent, by their notes' texts: they stay so. */
  readonly #settled = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async round(): Promise<void> {
    for (const log of this.#deps.logs) if (!this.#deps.isHeld(log.origin)) await this.#compare(log);
  }

  async #compare(log: WitnessedLog): Promise<void> {
    const heads = await this.#headsOf(log);
    for (const [at, one] of heads.entries())
      for (const other of heads.slice(at + 1)) {
        const [small, large] = one.size <= other.size ? [one, other] : [other, one];
        const fork = await this.#forkOf(log, small, large);
        if (fork === undefined) continue;
        this.#deps.found(fork);
        return;
      }
  }

  async #headsOf({ origin, verifiers, url }: WitnessedLog): Promise<readonly SignedHead[]> {
    const logUrl = url();
    const trusted = verifiers();
    const addresses = this.#deps.others().map((other) => rememberedAt(other, origin));
    if (logUrl !== undefined) addresses.push(`${logUrl}/checkpoint`);
    const notes = await Promise.all(addresses.map((address) => this.#get(address)));
    const opened = notes
      .filter((note) => note !== undefined)
      .map((note) => openHead(note, origin, trusted))
      .flatMap((head) => (head.ok ? [head.head] : []));
    const own = this.#deps.own(origin);
    return own === undefined ? opened : [own, ...opened];
  }

  /** Undefined when the other side is away or has nothing. */
  async #get(address: string): Promise<string | undefined> {
    try {
      const answer = await this.#deps.wire(address);
      return answer.status === 200 ? textOf(answer) : undefined;
    } catch {
      // Away: gossip is repeated, and what is away for long shows as missing cosignatures.
      return undefined;
    }
  }

  async #forkOf({ origin, url }: WitnessedLog, small: SignedHead, large: SignedHead): Promise<ForkProof | undefined> {
    if (small.size === large.size)
      return sameBytes(small.root, large.root) ? undefined : { origin, first: small.note, second: large.note };
    const prefix = url();
    const pair = `${origin} ${small.size} ${String(small.root)} ${large.size} ${String(large.root)}`;
    if (small.size === 0 || prefix === undefined || this.#settled.has(pair)) return undefined;
    const [size1, size2] = [small.size, large.size];
    try {
      const { path, root } = await fromRemoteTiles({ wire: this.#deps.wire, prefix, size: size2 }, (nodes) => ({
        path: consistencyPath(sha256Tree, nodes, size1, size2),
        root: rootAt(sha256Tree, nodes, size1),
      }));
      // Tiles that are not those of the larger head prove nothing.
      if (!verifyConsistency(sha256Tree, { size1, root1: root, size2, root2: large.root, path })) return undefined;
      if (!sameBytes(root, small.root))
        return { origin, first: small.note, second: large.note, consistency: { root, path } };
      if (this.#settled.size > 1_000) this.#settled.clear();
      this.#settled.add(pair);
    } catch {
      // The log does not serve a tree of that size (yet): the next round asks again.
    }
    return undefined;
  }
}
