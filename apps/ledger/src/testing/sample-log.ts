import { afterEach, beforeEach, expect } from '@jest/globals';
import { trustedHistory } from '@delta-hub/crypto';
import type { RecordedEvent } from '@delta-hub/event-store';
import { nodesFromTiles, rootAt, toBase64 } from '@delta-hub/ledger';
import { ledgerPaths } from '../ledger-paths.js';
import type { LedgerStore, LockStore, SignedHead } from '../ledger-store.js';
import { headSigner, headVerifiers, originOf, sha256Tree } from '../log-identity.js';
import { type Leaf, Sequencer } from '../sequencer.js';
import { openLedgerStore } from '../sqlite-ledger-store.js';
import { openLockStore } from '../sqlite-lock-store.js';
import type { LedgerReport } from '../verify/report.js';
import { verifyLedger } from '../verify/verify-ledger.js';
import { replacing } from './failing.js';
import { SampleNode } from './sample-node.js';

/** The files of a log, opened, and a sequencer on them that a test may give doubles of both. */
export interface SampleLog {
  readonly store: LedgerStore;
  readonly lock: LockStore;
  /** Starts the sequencer, recovery included. */
  start(doubles?: { readonly store?: LedgerStore; readonly lock?: LockStore }): Sequencer;
  /** Lets go of the files as a process does that is killed: nothing is written. */
  crash(): void;
}

/** A node of a test, and the logs that were opened for it. */
export class SequencerBench {
  node!: SampleNode;
  readonly #logs: SampleLog[] = [];

  /** A fresh node for every test of a file. */
  static forEachTest(): SequencerBench {
    const bench = new SequencerBench();
    beforeEach(() => {
      bench.node = new SampleNode();
    });
    afterEach(() => {
      for (const log of bench.#logs.splice(0)) log.crash();
      bench.node.remove();
    });
    return bench;
  }

  open(): SampleLog {
    const log = openSampleLog(this.node);
    this.#logs.push(log);
    return log;
  }

  verify(): Promise<LedgerReport> {
    return verifyLedger({ directory: this.node.directory, eventStore: this.node.store }, this.node.trust);
  }

  /** Every event of the node, as leaves in four groups. */
  groups(): Leaf[][] {
    const events = this.node.events.all;
    const ends = [5, 6, events.length - 3, events.length];
    return ends.map((end, at) => events.slice(ends[at - 1] ?? 0, end).map(leafOf));
  }

  /** All that was ever locked is a beginning of what is there now, and what is there is every event, once, in order. */
  async expectOneHistory(log: SampleLog, locked: readonly SignedHead[]): Promise<void> {
    const read = nodesFromTiles(sha256Tree, (level, index) => log.store.tile(level, index));
    const roots = locked.map(({ size }) => toBase64(rootAt(sha256Tree, read, size)));
    expect(locked.map(({ root }) => toBase64(root))).toEqual(roots);
    expect(locked.map(({ size }) => size)).toEqual(locked.map(({ size }) => size).toSorted((a, b) => a - b));
    const events = this.node.events.all;
    expect(log.store.entries(0, 1000).map(({ leaf }) => textOf(leaf))).toEqual(events.map(({ data }) => textOf(data)));
    expect(await this.verify()).toMatchObject({ ok: true, size: events.length, unsigned: 0, behind: 0 });
  }
}

export const openSampleLog = ({ directory, trust, keys }: SampleNode): SampleLog => {
  const paths = ledgerPaths(directory);
  const store = openLedgerStore(paths.ledger);
  const lock = openLockStore(paths.lock);
  const origin = originOf(keys.node);
  const parts = { origin, tree: sha256Tree, verifiers: headVerifiers(trustedHistory(trust, keys.node), keys.node) };
  const signer = headSigner(trustedHistory(trust, keys.node), keys.node, keys.ledgerKey);
  return {
    store,
    lock,
    start: (doubles) => new Sequencer({ ...parts, store, lock, ...doubles }, signer),
    crash: () => {
      store.close();
      lock.close();
    },
  };
};

/** The lock of a log; whatever it ever holds is added to `locked`. */
export const watching = ({ lock }: SampleLog, locked: SignedHead[]): LockStore =>
  replacing(lock, 'compareAndSwap', (original) => (...given) => {
    const swapped = original(...given);
    if (swapped === true) locked.push(given[1] as SignedHead);
    return swapped;
  });

/** What the tail makes of a stored event. */
export const leafOf = ({ id, data, stream, revision, position }: RecordedEvent): Leaf => ({
  eventId: id,
  leaf: data,
  leafHash: sha256Tree.leaf(data),
  stream,
  revision,
  storePosition: position,
});

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
