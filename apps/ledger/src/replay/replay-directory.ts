import type { TrustList } from '@delta-hub/crypto';
import { LedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { headFault } from '../signed-head.js';
import { openStoredLog, readStoredLock } from '../verify/stored-log.js';
import { type Inspection, recordInspection } from './inspections.js';
import { type AsOf, type Moment, Replay } from './replay.js';
import type { ReplayedEntry } from './replayed-entry.js';
import type { ReplayScope } from './scope.js';

export interface ReplayQuestion {
  readonly scope: ReplayScope;
  readonly asOf: AsOf | undefined;
  /** Who asks and why; needed for the scope `PERSON`, and recorded. */
  readonly inspector?: Omit<Inspection, 'personId' | 'size'>;
}

export interface ReplayedDirectory {
  readonly origin: string;
  readonly moment: Moment;
  readonly entries: Iterable<ReplayedEntry>;
  /** To be called when the entries were read, or are not wanted any more. */
  close(): void;
}

const PAGE = 256;

/**
 * Replays the log of a node's directory; the node may be running.
 * @throws LedgerFault `NOTHING_SIGNED`, `LOCK_DAMAGED`, `BEYOND_THE_HEAD`, `REASON_MISSING`, and those of a damaged file
 */
export const replayDirectory = (directory: string, trust: TrustList, question: ReplayQuestion): ReplayedDirectory => {
  const { scope, asOf, inspector } = question;
  const paths = ledgerPaths(directory);
  if (scope.kind === 'PERSON' && inspector === undefined)
    throw new LedgerFault('REASON_MISSING', 'the cases of a person are replayed for a reason, which is recorded');
  const [head] = readStoredLock(paths.lock).signed;
  if (head === undefined) throw new LedgerFault('NOTHING_SIGNED', `${directory}: no head was signed yet`);
  const fault = headFault(head, headVerifiers(trust, nodeOfOrigin(head.origin) ?? ''));
  if (fault !== undefined) throw new LedgerFault('LOCK_DAMAGED', `the head in the lock: ${fault}`);
  const log = openStoredLog(paths.ledger);
  try {
    const store = {
      entries: (from: number, to: number) => log.entries(from - 1, to - from),
      tile: (level: number, index: number) => log.tile(level, index),
      positionsIn: (streams: readonly string[]) =>
        new Map(streams.map((name) => [name, some(log.positionInStream(name, 0n))])),
    };
    const replay = new Replay({ store, head, trust });
    const moment = replay.moment(asOf);
    if (scope.kind === 'PERSON' && inspector !== undefined)
      recordInspection(paths.inspections, { ...inspector, personId: scope.id, size: moment.size });
    return { origin: head.origin, moment, entries: pages(replay, scope, moment), close: () => log.close() };
  } catch (error) {
    log.close();
    throw error;
  }
};

function* pages(replay: Replay, scope: ReplayScope, moment: Moment): Generator<ReplayedEntry> {
  for (let from = 0; ;) {
    const page = replay.page(scope, moment, from, PAGE);
    yield* page.entries;
    if (page.isLast) return;
    from = page.next;
  }
}

const some = (position: number | undefined): readonly number[] => (position === undefined ? [] : [position]);
