import type { LedgerStore } from '../ledger-store.js';
import type { StoredLog } from './stored-log.js';

/** The rows of a log on the disk, asked for as a running log is. */
export const storedParts = (
  log: StoredLog,
): Pick<LedgerStore, 'entries' | 'tile' | 'positionsIn' | 'positionsOf' | 'keyEntries'> => ({
  entries: (from, to) => log.entries(from - 1, to - from),
  tile: (level, index) => log.tile(level, index),
  keyEntries: () => log.keyEntries(),
  /** The first event of each stream, which is all that is asked for here. */
  positionsIn: (streams) => new Map(streams.map((name) => [name, some(log.positionInStream(name, 0n))])),
  positionsOf: (ids) =>
    new Map(ids.flatMap((id) => some(log.positionOfId(id)).map((position) => [id, position] as const))),
});

const some = (position: number | undefined): readonly number[] => (position === undefined ? [] : [position]);
