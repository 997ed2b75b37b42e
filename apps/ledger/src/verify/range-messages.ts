import type { KeyHistory } from '@delta-hub/crypto';
import type { SignedHead } from '../ledger-store.js';
import type { Range, RangeVerdict } from './range.js';
import type { VerifyLevel } from './report.js';
import type { FilesSource, UrlSource } from './served-log.js';

/** What a thread opens for itself before it verifies ranges. */
export type RangeJob = {
  readonly origin: string;
  readonly level: VerifyLevel;
  readonly keys: KeyHistory;
} & (
  | {
      readonly kind: 'directory';
      readonly ledgerFile: string;
      readonly eventsFile: string;
      readonly locked: readonly SignedHead[];
    }
  | {
      readonly kind: 'served';
      readonly source: UrlSource | FilesSource;
      readonly head: SignedHead;
      readonly keyEntries: readonly number[];
    }
);

export type RangeAnswer =
  | { readonly verdict: RangeVerdict }
  /** A fault of the thread and not of the log. */
  | { readonly error: { readonly name: string; readonly code: string | undefined; readonly message: string } };

export type RangeQuestion = Range | 'close';
