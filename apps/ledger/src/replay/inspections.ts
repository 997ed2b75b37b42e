import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** Who replayed the cases of a person, when (UTC) and why. The person is named by the hub's pseudonymous number. */
export interface Inspection {
  readonly at: string;
  readonly officerId: string;
  readonly agencyId: string;
  readonly personId: string;
  readonly reason: string;
  readonly size: number;
}

/**
 * Adds a line to the node's record of person replays; it is on the disk when the call returns, and so before anything
 * is answered. The record is a file beside the log and not part of it: it is not signed and nobody witnesses it.
 */
export const recordInspection = (
  file: string,
  { at, officerId, agencyId, personId, reason, size }: Inspection,
): void => {
  const handle = openSync(file, 'a', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ at, officerId, agencyId, personId, reason, size })}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
