import { tileWidth } from '@delta-hub/ledger';
import type { Batch, Entry, LedgerStore, LockStore, SignedHead, StoredHead } from '../../ledger-store.js';

/** What is on a node's disks: all of it is plain data, so that a world can be copied, kept and put back. */
export interface Disks {
  readonly ledger: {
    readonly origin: string | undefined;
    readonly entries: readonly Entry[];
    readonly tiles: ReadonlyMap<string, Uint8Array>;
    readonly heads: readonly StoredHead[];
  };
  readonly lock: SignedHead | undefined;
}

export const EMPTY: Disks = {
  ledger: { origin: undefined, entries: [], tiles: new Map(), heads: [] },
  lock: undefined,
};

/** The process that was running dies here; what it had written stays. */
export class Crash extends Error {}

/** Dies at the n-th write, before it or just after it; never when undefined. */
export interface CrashPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** The disks as one process has them open. Two processes may have the same disks open. */
export class ModelDisk {
  private writes = 0;

  constructor(
    public disks: Disks,
    /** Told of every head that enters the lock, with the entries under it. */
    private readonly locked: (head: SignedHead, leaves: readonly string[]) => void,
  ) {}

  /** The stores of a process that is to die at a point. */
  open(
    crash: CrashPoint | undefined,
    isBroken: Broken = {},
  ): { readonly store: LedgerStore; readonly lock: LockStore } {
    this.writes = 0;
    const write = (change: (disks: Disks) => Disks): void => {
      this.writes += 1;
      const dies = crash !== undefined && crash.write === this.writes;
      if (dies && crash.when === 'before') throw new Crash();
      this.disks = change(this.disks);
      if (dies) throw new Crash();
    };
    return { store: this.store(write, isBroken), lock: this.lock(write, isBroken) };
  }

  private store(write: (change: (disks: Disks) => Disks) => void, isBroken: Broken): LedgerStore {
    const ledger = () => this.disks.ledger;
    const change = (next: (before: Disks['ledger']) => Disks['ledger']): void =>
      write((disks) => ({ ...disks, ledger: next(disks.ledger) }));
    return {
      claim: (origin) => {
        this.disks = { ...this.disks, ledger: { ...ledger(), origin: ledger().origin ?? origin } };
        return ledger().origin ?? origin;
      },
      stage: (batch) =>
        change((before) =>
          isBroken.losesEntries ? staged(before, { ...batch, entries: batch.entries.slice(1) }) : staged(before, batch),
        ),
      publish: ({ size, note }) => change((before) => ({ ...before, heads: withNote(before.heads, size, note) })),
      discardAfter: (size) => change((before) => cut(before, size)),
      newestHead: () => ledger().heads.at(-1),
      newestSignedHead: () => ledger().heads.findLast(({ note }) => note !== undefined),
      entries: (from, to) => ledger().entries.filter(({ position }) => position >= from && position < to),
      tile: (level, index) => ledger().tiles.get(`${level}/${index}`),
      positionsOf: (ids) =>
        new Map(
          ledger()
            .entries.filter(({ eventId }) => ids.includes(eventId))
            .map((one) => [one.eventId, one.position]),
        ),
      positionsIn: () => new Map(),
      keyEntries: () => [],
      revisionsOf: (streams) =>
        new Map(
          ledger()
            .entries.filter(({ stream }) => streams.includes(stream))
            .map((one) => [one.stream, one.revision]),
        ),
      reopen: () => undefined,
      close: () => undefined,
    };
  }

  private lock(write: (change: (disks: Disks) => Disks) => void, isBroken: Broken): LockStore {
    return {
      read: () => this.disks.lock,
      origins: () => (this.disks.lock === undefined ? [] : [this.disks.lock.origin]),
      compareAndSwap: (expected, head) => {
        if (isBroken.locksNothing) return true;
        if (this.disks.lock?.note !== expected?.note) return false;
        write((disks) => {
          this.locked(
            head,
            disks.ledger.entries.slice(0, head.size).map(({ eventId }) => eventId),
          );
          return { ...disks, lock: head };
        });
        return true;
      },
      reopen: () => undefined,
      close: () => undefined,
    };
  }
}

/** Ways to break the protocol on purpose, each of which the explorer must notice. */
export interface Broken {
  /** The lock says yes and keeps nothing. */
  readonly locksNothing?: boolean;
  /** The disk loses the first entry of every group. */
  readonly losesEntries?: boolean;
}

const staged = (before: Disks['ledger'], { entries, tiles, state, signed }: Batch): Disks['ledger'] => ({
  origin: before.origin,
  entries: [...before.entries, ...entries],
  tiles: new Map([...before.tiles, ...tiles.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes] as const)]),
  heads: [
    ...(signed === undefined ? before.heads : withNote(before.heads, signed.size, signed.note)),
    { ...state, note: undefined },
  ],
});

const withNote = (heads: readonly StoredHead[], size: number, note: string): readonly StoredHead[] =>
  heads.map((head) => (head.size === size ? { ...head, note } : head));

const cut = (before: Disks['ledger'], size: number): Disks['ledger'] => ({
  ...before,
  entries: before.entries.filter(({ position }) => position < size),
  heads: before.heads.filter((head) => head.size <= size),
  tiles: new Map(
    [...before.tiles].flatMap(([name, hashes]) => {
      const [level = 0, index = 0] = name.split('/').map(Number);
      const width = tileWidth(level, index, size);
      return width === 0 ? [] : [[name, hashes.slice(0, width * 32)] as const];
    }),
  ),
});
