import type { Level } from '../witness/level.js';

/** What can be wrong with a log. Stable and public; the list is closed. */
export type FindingCode =
  /** A file is missing, is no file of ours, or SQLite finds it damaged. */
  | 'FILE'
  /** The log is that of another node. */
  | 'ORIGIN'
  /** A position has no entry, or an entry has a position that is not the next. */
  | 'ENTRY_POSITION'
  /** The first check of the signed event that failed. */
  | 'EVENT_SIZE'
  | 'EVENT_FORM'
  | 'EVENT_KEY'
  | 'EVENT_SIGNATURE'
  | 'EVENT_CANONICAL'
  /** The event is in the log twice. */
  | 'EVENT_REPEATED'
  /** A row that finds the entry by event id, or by stream and revision, is missing, differs, or is too many. */
  | 'ID_ROW'
  | 'STREAM_ROW'
  /** A hash of a tile is missing, differs, or is too many. */
  | 'TILE'
  /** The stored root of a head is not the one that the entries give. */
  | 'HEAD_ROOT'
  /** The note of a head is missing, malformed, of other size or root, or not signed by a trusted key. */
  | 'HEAD_NOTE'
  /** A cosignature in the name of a witness is not its own, or has not the time or the level that is kept beside it. */
  | 'COSIGNATURE'
  /** The log does not begin with what an earlier verification saw. */
  | 'HISTORY'
  /** There are entries that no head covers, or a head that covers more than there is. */
  | 'HEAD_SIZE'
  /** The lock knows no head, an older one than the log, or a newer one than the log has entries for. */
  | 'LOCK'
  /** The event store has no event, or another one, where the entry's event was. */
  | 'STORE_EVENT'
  /** The event store cannot be read. */
  | 'STORE'
  /** More events than allowed are in the store and not in the log. */
  | 'BEHIND'
  /** A resource of a served log is missing or not as it must be. */
  | 'RESOURCE';

/** The first fault of a log. */
export interface Finding {
  readonly what: FindingCode;
  /** Leaf index from 0: the faulty entry, or the last one under the faulty head. Undefined when it is about no entry. */
  readonly position: number | undefined;
  readonly eventId: string | undefined;
  readonly expected: string;
  readonly found: string;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly origin: string | undefined;
  readonly level: VerifyLevel;
  /** What an earlier verification had seen: entries before it were not looked at again. 0: everything was. */
  readonly from: number;
  /** Size and root (base64) of the newest signed head; 0 and undefined before the first one or when it does not verify. */
  readonly size: number;
  readonly root: string | undefined;
  /**
   * How far the witnesses of the trust list bear out that head, and when (median, UTC), by the cosignatures on it; of a
   * directory, by those that its `witness.db` keeps.
   */
  readonly standing?: { readonly level: Level; readonly witnessedAt: string | undefined };
  /** What was recomputed and found good, until the end or the first fault. */
  readonly counts: Counts;
  /** Entries that are stored and not signed yet. */
  readonly unsigned: number;
  /** Events in the store, verified, that are not in the log yet. */
  readonly behind: number;
  readonly fault: Finding | undefined;
}

export interface Counts {
  readonly entries: number;
  readonly tileHashes: number;
  readonly heads: number;
  /** Events of the event store that were compared with entries. */
  readonly events: number;
}

/**
 * How much is verified. `structure`: positions, the hash of every entry, every tile, every head with its signature and
 * the lock. `signatures`: also every event (form, key, signature, canonical text), the rows that find entries, SQLite's own
 * check of the file, and the event store.
 */
export type VerifyLevel = 'structure' | 'signatures';

/** A beginning of a log that was verified. Kept by whoever verifies: it is as trustworthy as the place where it lies. */
export interface VerifiedState {
  readonly origin: string;
  readonly level: VerifyLevel;
  readonly size: number;
  /** Base64. */
  readonly root: string;
}

export interface VerifyOptions {
  /** `signatures` unless said otherwise. */
  readonly level?: VerifyLevel;
  /** Goes on behind this state, which the log must still begin with. Its level MUST be the one of this verification. */
  readonly since?: VerifiedState;
  /** Called with every longer beginning that is verified: a run that is cut off goes on from the last one. */
  readonly verified?: (state: VerifiedState) => void;
  /** How many threads help this one; by default as the machine and the size of the log suggest. */
  readonly threads?: number;
  /** Entries in a range, a multiple of 256: how often a verified state is told. Default 1,024. */
  readonly rangeWidth?: number;
  /** The node whose log it must be; without it, any node of the trust list. */
  readonly node?: string;
  /** How many events the log may be behind the event store. Default 1,024: one group. */
  readonly maxBehind?: number;
  /** Called about every 256 entries that this thread has verified, every 1,024 of others, and at the end. */
  readonly progress?: (progress: { readonly verified: number; readonly total: number }) => void;
}

export const DEFAULT_MAX_BEHIND = 1024;
