import type { KeyHistory } from '@delta-hub/crypto';
import type { Evidence, LedgerFaultCode } from './ledger-fault.js';
import type { Unchecked } from './signature-check.js';

/** Events on their way to a thread: all their bytes in one piece, which changes hands without being copied again. */
export interface Packed {
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: readonly {
    readonly id: string;
    readonly type: string;
    readonly stream: string;
    readonly position: bigint;
    readonly end: number;
  }[];
}

/** What a thread is told: events to verify, or the keys from here on. */
export type Told = Packed | { readonly keys: KeyHistory };

export type Answer =
  | { readonly number: number; readonly leafHashes: Uint8Array[] }
  | {
      readonly number: number;
      readonly code: LedgerFaultCode;
      readonly message: string;
      readonly evidence: Evidence | undefined;
    };

export const pack = (events: readonly Unchecked[]): Omit<Packed, 'number'> => {
  const bytes = new Uint8Array(events.reduce((length, { data }) => length + data.length, 0));
  let end = 0;
  const rows = events.map(({ id, type, stream, position, data }) => {
    bytes.set(data, end);
    end += data.length;
    return { id, type, stream, position, end };
  });
  return { bytes, rows };
};

export const unpack = ({ bytes, rows }: Packed): Unchecked[] =>
  rows.map(({ end, ...row }, at) => ({ ...row, data: bytes.subarray(rows[at - 1]?.end ?? 0, end) }));
