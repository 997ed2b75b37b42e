import { existsSync } from 'node:fs';
import { openDatabase, openToRead } from '../database-file.js';
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

/** What the witnesses said of the log of this origin, to be read only; undefined where there is no such file. @throws LedgerFault */
export const readCosigned = (
  path: string,
  origin: string,
): { readonly cosigned: CosignedHeads; close(): void } | undefined => {
  if (!existsSync(path)) return undefined;
  const db = openToRead(path, witnessFile);
  // Nothing is written, so no level is ever judged.
  return { cosigned: new CosignedHeads(path, db, { origin, levelBy: () => 'LOCAL' }), close: () => db.close() };
};
