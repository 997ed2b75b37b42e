import { setImmediate as nextTurn } from 'node:timers/promises';
import { type KeyHistory, ruleAt } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import type { TileReader } from '@delta-hub/ledger';
import { isLedgerFault } from '../ledger-fault.js';
import type { SignedHead, StoredEntry } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { EntryCheck } from './entry-check.js';
import { finding } from './finding.js';
import { type ClaimedHead, LeafWalk } from './leaf-walk.js';
import { openerOf } from './open-entry.js';
import { noCounts, type Range, type RangeCheck, type RangeVerdict } from './range.js';
import type { Finding, VerifyLevel } from './report.js';
import type { StoredLog } from './stored-log.js';

/** What the ranges of a directory are verified with. */
export interface DirectoryParts {
  readonly log: StoredLog;
  readonly eventStore: Pick<EventStore, 'readAll'>;
  readonly keys: KeyHistory;
  readonly origin: string;
  readonly level: VerifyLevel;
  /** What the lock holds, to be compared along with the heads of the log. */
  readonly locked: readonly SignedHead[];
}

const READ_AT_ONCE = 256;

/** Verifies ranges of an open `ledger.db` in this thread. */
export class DirectoryRanges implements RangeCheck {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  async check(range: Range, progress?: (verified: number) => void): Promise<RangeVerdict> {
    const check = new OneRange(this.#parts, range);
    const fault = await check.firstFault(progress);
    return { fault, ...check.state() };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Keeps the last tile of each level: a walk asks for one after the other. */
const lastTiles = (read: TileReader): TileReader => {
  const kept: { readonly index: number; readonly tile: Uint8Array | undefined }[] = [];
  return (level, index) => {
    const last = kept[level];
    if (last?.index === index) return last.tile;
    const tile = read(level, index);
    kept[level] = { index, tile };
    return tile;
  };
};

class OneRange {
  readonly #parts: DirectoryParts;
  readonly #range: Range;
  readonly #heads: Map<number, ClaimedHead[]>;
  #walk: LeafWalk | undefined;
  #entries: EntryCheck | undefined;
  #position: number;

  constructor(parts: DirectoryParts, range: Range) {
    this.#parts = parts;
    this.#range = range;
    this.#position = range.from;
    this.#heads = new Map();
  }

  state(): Omit<RangeVerdict, 'fault'> {
    const walk = this.#walk;
    return {
      reached: this.#position,
      root: walk?.root() ?? new Uint8Array(0),
      counts: { ...(walk?.counts ?? noCounts), events: this.#entries?.events ?? 0 },
    };
  }

  async firstFault(progress: ((verified: number) => void) | undefined): Promise<Finding | undefined> {
    try {
      const walk = this.#begin();
      while (this.#position < this.#range.to) {
        const rows = this.#nextRows();
        if (rows.length === 0) return undefined;
        for (const row of rows) {
          const fault = await this.#entryFault(row, walk);
          if (fault !== undefined) return fault;
          this.#position += 1;
        }
        progress?.(rows.length);
        await nextTurn();
      }
      return undefined;
    } catch (error) {
      return this.#faultOf(error);
    }
  }

  #begin(): LeafWalk {
    const { log, keys, origin, level, eventStore, locked } = this.#parts;
    const { from, to } = this.#range;
    const heads = [...log.headsBetween(from, to), ...locked.filter(({ size }) => size > from && size <= to)];
    for (const head of heads) this.#heads.set(head.size, [...(this.#heads.get(head.size) ?? []), head]);
    if (level === 'signatures')
      this.#entries = new EntryCheck(log, eventStore, from === 0 ? undefined : log.storePositionOf(from - 1));
    this.#walk = new LeafWalk(
      {
        origin,
        verifiers: headVerifiers(keys, nodeOfOrigin(origin) ?? ''),
        open: openerOf(level, (index) => ruleAt(keys, index)),
        tile: lastTiles((tileLevel, index) => log.tile(tileLevel, index)),
        headsOf: (size) => this.#heads.get(size) ?? [],
        isOwn: true,
      },
      from,
    );
    return this.#walk;
  }

  /** A row that cannot be read is met alone, after all that can be read before it. */
  #nextRows(): readonly StoredEntry[] {
    const { log } = this.#parts;
    const most = Math.min(READ_AT_ONCE, this.#range.to - this.#position);
    try {
      return log.entries(this.#position - 1, most);
    } catch (error) {
      if (!isLedgerFault(error)) throw error;
      return log.entries(this.#position - 1, 1);
    }
  }

  async #entryFault(row: StoredEntry, walk: LeafWalk): Promise<Finding | undefined> {
    const position = this.#position;
    if (row.position !== position)
      return finding('ENTRY_POSITION', position, `position ${position}`, `position ${row.position}`);
    const walked = walk.next(row.leaf);
    if ('fault' in walked) return walked.fault;
    if (this.#entries === undefined || walked.event === undefined) return undefined;
    const fault = await this.#entries.fault(row, walked.event);
    return fault === undefined ? undefined : { ...fault, position, eventId: walked.event.id };
  }

  #faultOf(error: unknown): Finding {
    const { name, message } = error as Error;
    if (isLedgerFault(error)) return finding('FILE', this.#position, 'a readable row', message);
    if (name === 'EventStoreError') return finding('STORE', this.#position, 'a readable event store', message);
    // What stands before this range lacks a tile: the range before finds it, unless that was verified long ago.
    if (name === 'RangeError') return finding('TILE', this.#position, 'the tiles of the entries before', message);
    throw error;
  }
}
