import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CloudEvent, type KeyHistory, ruleAt } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import type { TileReader } from '@delta-hub/ledger';
import { isLedgerFault } from '../ledger-fault.js';
import type { SignedHead, StoredEntry } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { EntryCheck } from './entry-check.js';
import { finding } from './finding.js';
import { type ClaimedHead, LeafWalk, type Walked } from './leaf-walk.js';
import { type Opened, openerOf } from './open-entry.js';
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
      this.#begin();
      while (this.#position < this.#range.to) {
        const rows = this.#nextRows();
        if (rows.length === 0) return undefined;
        const fault = await this.#rowsFault(rows);
        if (fault !== undefined) return fault;
        progress?.(rows.length);
        await nextTurn();
      }
      return undefined;
    } catch (error) {
      return this.#faultOf(error, this.#position);
    }
  }

  #begin(): void {
    const { log, level, eventStore, locked } = this.#parts;
    const { from, to } = this.#range;
    const heads = [...log.headsBetween(from, to), ...locked.filter(({ size }) => size > from && size <= to)];
    for (const head of heads) this.#heads.set(head.size, [...(this.#heads.get(head.size) ?? []), head]);
    if (level === 'signatures')
      this.#entries = new EntryCheck(log, eventStore, from === 0 ? undefined : log.storePositionOf(from - 1));
    this.#walk = this.#newWalk();
  }

  #newWalk(): LeafWalk {
    const { log, keys, origin } = this.#parts;
    return new LeafWalk(
      {
        origin,
        verifiers: headVerifiers(keys, nodeOfOrigin(origin) ?? ''),
        tile: lastTiles((tileLevel, index) => log.tile(tileLevel, index)),
        headsOf: (size) => this.#heads.get(size) ?? [],
        isOwn: true,
      },
      this.#range.from,
    );
  }

  /** A row that cannot be read is met alone, after all that can be read before it. */
  #nextRows(from = this.#position, to = this.#range.to): readonly StoredEntry[] {
    const { log } = this.#parts;
    const most = Math.min(READ_AT_ONCE, to - from);
    try {
      return log.entries(from - 1, most);
    } catch (error) {
      if (!isLedgerFault(error)) throw error;
      return log.entries(from - 1, 1);
    }
  }

  /**
   * Kind by kind for all rows, which is faster than row by row: what is done again and again stays near the processor.
   * The fault is the one that row by row would have found first.
   */
  async #rowsFault(rows: readonly StoredEntry[]): Promise<Finding | undefined> {
    const { events, fault } = this.#walkedOver(rows, this.#openedOf(rows));
    try {
      for (const [at, event] of events.entries()) {
        const beside = event && this.#entries?.fault(rows[at]!, event);
        const flaw = beside !== undefined && 'then' in beside ? await beside : beside;
        if (flaw !== undefined) return this.#walkedBackTo({ ...flaw, position: this.#position, eventId: event?.id });
        this.#position += 1;
      }
    } catch (error) {
      return this.#walkedBackTo(this.#faultOf(error, this.#position));
    }
    return fault;
  }

  #openedOf(rows: readonly StoredEntry[]): readonly Opened[] {
    const { keys, level } = this.#parts;
    const open = openerOf(level, (index) => ruleAt(keys, index));
    return open(
      rows.map(({ leaf }) => leaf),
      this.#position,
    );
  }

  /** Walks on over rows, up to the first fault; the events of those before it. */
  #walkedOver(
    rows: readonly StoredEntry[],
    opened: readonly Opened[],
  ): { readonly events: readonly (CloudEvent | undefined)[]; readonly fault: Finding | undefined } {
    const events: (CloudEvent | undefined)[] = [];
    for (const [at, one] of opened.entries()) {
      const walked = this.#walkOn(rows[at]!, this.#position + at, one);
      if ('fault' in walked) return { events, fault: walked.fault };
      events.push(walked.event);
    }
    return { events, fault: undefined };
  }

  #walkOn(row: StoredEntry, position: number, opened: Opened): Walked {
    if (row.position !== position)
      return { fault: finding('ENTRY_POSITION', position, `position ${position}`, `position ${row.position}`) };
    try {
      return this.#walk!.next(row.leaf, opened);
    } catch (error) {
      return { fault: this.#faultOf(error, position) };
    }
  }

  /** Gives up what was walked beyond the entry of a fault: the counts are of what was looked at up to there. */
  #walkedBackTo(fault: Finding): Finding {
    const walk = this.#newWalk();
    for (let at = this.#range.from; at <= this.#position;) {
      const rows = this.#nextRows(at, this.#position + 1);
      for (const { leaf } of rows) walk.next(leaf, undefined);
      at += rows.length;
    }
    this.#walk = walk;
    return fault;
  }

  #faultOf(error: unknown, position: number): Finding {
    const { name, message } = error as Error;
    if (isLedgerFault(error)) return finding('FILE', position, 'a readable row', message);
    if (name === 'EventStoreError') return finding('STORE', position, 'a readable event store', message);
    // What stands before this range lacks a tile: the range before finds it, unless that was verified long ago.
    if (name === 'RangeError') return finding('TILE', position, 'the tiles of the entries before', message);
    throw error;
  }
}
