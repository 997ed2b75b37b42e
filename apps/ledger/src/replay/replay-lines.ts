import { toBase64 } from '@delta-hub/ledger';
import { isLedgerFault } from '../ledger-fault.js';
import type { Level } from '../witness/level.js';
import type { Moment } from './replay.js';
import type { ReplayedEntry } from './replayed-entry.js';

/** The first line: of which head, found by which rule, from which entry on. */
export interface ReplayBegin {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly rule: Moment['rule'];
  readonly level: Level;
  readonly from: number;
}

export type ReplayEntryLine = ReplayedEntry & { readonly level: Level };

/** The last line; without it a replay has been cut off. */
export interface ReplayEnd {
  readonly end: {
    readonly entries: number;
    /** How many of them do not verify. */
    readonly bad: number;
    /** `VERIFIED`, the verdict on the first entry that does not verify, or the code of the fault that ended the replay. */
    readonly verdict: string;
    /** The first entry that does not verify, or where the log cannot be read. */
    readonly at?: number;
  };
}

export type ReplayLine = ReplayBegin | ReplayEntryLine | ReplayEnd;

export interface Replayed {
  readonly origin: string;
  readonly moment: Moment;
  readonly levelOf: (size: number) => Level;
  readonly entries: Iterable<ReplayedEntry> | AsyncIterable<ReplayedEntry>;
}

/** The lines of a replay, each made when it is asked for. */
export async function* replayLines(
  { origin, moment, levelOf, entries }: Replayed,
  from: number,
): AsyncGenerator<ReplayLine, void> {
  const { size, root, rule } = moment;
  yield { origin, size, root: toBase64(root), rule, level: levelOf(size), from };
  let [count, bad] = [0, 0];
  let first: { readonly verdict: string; readonly at?: number } | undefined;
  try {
    for await (const entry of entries) {
      count += 1;
      if (entry.verdict !== 'VERIFIED') {
        bad += 1;
        first ??= { verdict: entry.verdict, at: entry.index };
      }
      yield { ...entry, level: levelOf(entry.index + 1) };
    }
  } catch (error) {
    if (!isLedgerFault(error)) throw error;
    const at = error.evidence?.position;
    first ??= { verdict: error.code, ...(at === undefined ? {} : { at }) };
  }
  yield { end: { entries: count, bad, ...(first ?? { verdict: 'VERIFIED' }) } };
}
