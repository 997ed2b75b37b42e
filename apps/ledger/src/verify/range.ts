import type { Counts, Finding } from './report.js';

/** Entries from `from` to before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface RangeVerdict {
  /** The first fault, in the order of the entries. */
  readonly fault: Finding | undefined;
  /** How far the entries were good. */
  readonly reached: number;
  /** Root of the tree of the first `reached` leaves. */
  readonly root: Uint8Array;
  readonly counts: Counts;
  /** The ids of the events, 16 bytes each, where nothing else shows that none comes twice. */
  readonly ids?: Uint8Array;
}

/**
 * Verifies a range of a log as if every entry before it were known to be right: what the stored tiles say of those is
 * its beginning. So the first fault of the first range that has one is the first fault of the log, whoever is done first.
 */
export interface RangeCheck {
  check(range: Range, progress?: (verified: number) => void): Promise<RangeVerdict>;
  close(): Promise<void>;
}

/** Entries in a range: four tiles, a tenth of a second of signatures. */
const RANGE_WIDTH = 1024;

/** The ranges from `from` to before `to`; all but the first begin with a tile. `width` is a multiple of a tile's. */
export const rangesOf = (from: number, to: number, width = RANGE_WIDTH): Range[] => {
  const ranges: Range[] = [];
  for (let begin = from; begin < to;) {
    const end = Math.min(to, (Math.floor(begin / width) + 1) * width);
    ranges.push({ from: begin, to: end });
    begin = end;
  }
  return ranges;
};

export const noCounts: Counts = { entries: 0, tileHashes: 0, heads: 0, events: 0 };

export const sumOf = (a: Counts, b: Counts): Counts => ({
  entries: a.entries + b.entries,
  tileHashes: a.tileHashes + b.tileHashes,
  heads: a.heads + b.heads,
  events: a.events + b.events,
});
