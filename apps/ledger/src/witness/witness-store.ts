import { openDatabase } from '../database-file.js';
import { CosignedHeads } from './cosigned-heads.js';
import { KnownForks } from './known-forks.js';
import type { Level } from './level.js';
import { witnessFile } from './witness-file.js';
import { WitnessedHeads } from './witnessed-heads.js';

/** What a node remembers as a witness and about its own witnesses; every write is on the disk when it returns. */
export interface WitnessStore {
  readonly witnessed: WitnessedHeads;
  readonly cosigned: CosignedHeads;
  readonly forks: KnownForks;
  close(): void;
}

/** @throws LedgerFault as `openDatabase` */
export const openWitnessStore = (
  path: string,
  own: { readonly origin: string; readonly levelBy: (witnesses: ReadonlySet<string>) => Level },
): WitnessStore => {
  const db = openDatabase(path, witnessFile);
  return {
    witnessed: new WitnessedHeads(path, db),
    cosigned: new CosignedHeads(path, db, own),
    forks: new KnownForks(path, db),
    close: () => {
      if (db.isOpen) db.close();
    },
  };
};
