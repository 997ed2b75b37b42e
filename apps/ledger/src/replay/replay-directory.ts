import type { TrustList } from '@delta-hub/crypto';
import { loggedKeys } from '../keys/logged-keys.js';
import { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { headFault } from '../signed-head.js';
import { openStoredLog, readStoredLock } from '../verify/stored-log.js';
import { storedParts } from '../verify/stored-parts.js';
import type { CosignedHeads } from '../witness/cosigned-heads.js';
import type { Level } from '../witness/level.js';
import { newestWitnessedIn } from '../witness/standing.js';
import { readCosigned } from '../witness/witness-store.js';
import { assertReason, type FileInspection, recordInFile } from './inspections.js';
import { type AsOf, type Moment, Replay, assertWithin } from './replay.js';
import type { ReplayedEntry } from './replayed-entry.js';
import type { ReplayScope } from './scope.js';

export interface ReplayQuestion {
  readonly scope: ReplayScope;
  readonly asOf: AsOf | undefined;
  /** Who asks and why; needed for the scope `PERSON`, and recorded. */
  readonly inspector?: Omit<FileInspection, 'personId' | 'size'>;
}

export interface ReplayedDirectory {
  readonly origin: string;
  readonly moment: Moment;
  /** How far the witnesses had gone, by what the node keeps of them. */
  readonly levelOf: (size: number) => Level;
  readonly entries: Iterable<ReplayedEntry>;
  /** To be called when the entries were read, or are not wanted any more. */
  close(): void;
}

const PAGE = 256;

/**
 * Replays the log of a node's directory, from an entry on; the node may be running.
 * @throws LedgerFault `NOTHING_SIGNED`, `LOCK_DAMAGED`, `BEYOND_THE_HEAD`, `REASON_MISSING`, `REASON_TOO_LONG`, and those of a damaged file
 */
export const replayDirectory = (
  directory: string,
  trust: TrustList,
  question: ReplayQuestion,
  from = 0,
): ReplayedDirectory => {
  const { scope, asOf, inspector } = question;
  const paths = ledgerPaths(directory);
  if (scope.kind === 'PERSON') assertReason(inspector?.reason);
  const [head] = readStoredLock(paths.lock).signed;
  if (head === undefined) throw new LedgerFault('NOTHING_SIGNED', `${directory}: no head was signed yet`);
  const log = openStoredLog(paths.ledger);
  const kept = readCosigned(paths.witness, head.origin);
  const close = (): void => {
    log.close();
    kept?.close();
  };
  try {
    const keys = loggedKeys(log, trust, head.origin);
    const verifiers = headVerifiers(keys, nodeOfOrigin(head.origin) ?? '');
    const fault = headFault(head, verifiers);
    if (fault !== undefined) throw new LedgerFault('LOCK_DAMAGED', `the head in the lock: ${fault}`);
    const store = storedParts(log);
    const newestWitnessed = kept && newestWitnessedIn(kept.cosigned, head.origin, trust, verifiers);
    const replay = new Replay({ store, head, keys, newestWitnessed });
    const moment = replay.moment(asOf);
    assertWithin(moment, from);
    if (scope.kind === 'PERSON' && inspector !== undefined)
      recordInFile(paths.inspections, { ...inspector, personId: scope.id, size: moment.size });
    return {
      origin: head.origin,
      moment,
      levelOf: levelsIn(kept?.cosigned),
      entries: pages(replay, scope, moment, from),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
};

function* pages(replay: Replay, scope: ReplayScope, moment: Moment, first: number): Generator<ReplayedEntry> {
  for (let from = first; ;) {
    const page = replay.page(scope, moment, from, PAGE);
    yield* page.entries;
    if (page.isLast) return;
    from = page.next;
  }
}

const levelsIn = (cosigned: CosignedHeads | undefined): ((size: number) => Level) => {
  const [sealed, witnessed] = [cosigned?.newest('SEALED')?.size ?? 0, cosigned?.newest('WITNESSED')?.size ?? 0];
  return (size) => (size <= sealed ? 'SEALED' : size <= witnessed ? 'WITNESSED' : 'LOCAL');
};
