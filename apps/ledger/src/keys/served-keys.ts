import { type IndexedEvent, type KeyHistory, keyHistoryOf, type TrustList } from '@delta-hub/crypto';
import { TILE_WIDTH } from '@delta-hub/ledger';
import { nodeOfOrigin } from '../log-identity.js';
import type { ServedLog } from '../verify/served-log.js';

/** The resource of a served log that says where its key events stand, one leaf index per line. */
export const KEY_ENTRIES = 'key-entries';

export const formatKeyEntries = (indexes: readonly number[]): string => indexes.map((index) => `${index}\n`).join('');

export const parseKeyEntries = (text: string): readonly number[] | undefined => {
  const indexes = text.split('\n').slice(0, -1).map(Number);
  return formatKeyEntries(indexes) === text && indexes.every(Number.isSafeInteger) ? indexes : undefined;
};

/**
 * The key history of a served log, and the entries from which it was read. The log says where they are: whoever walks over
 * its entries MUST find no other key event.
 */
export const servedKeys = async (
  log: ServedLog,
  trust: TrustList,
  origin: string,
): Promise<{ readonly keys: KeyHistory; readonly keyEntries: readonly number[] }> => {
  const keyEntries = parseKeyEntries((await log.text(KEY_ENTRIES)) ?? '') ?? [];
  const events: IndexedEvent[] = [];
  for (const index of keyEntries) {
    const jws = (await log.bundle(Math.floor(index / TILE_WIDTH)))?.[index % TILE_WIDTH];
    if (jws !== undefined) events.push({ index, jws });
  }
  return { keys: keyHistoryOf(trust, nodeOfOrigin(origin) ?? '', events), keyEntries };
};
