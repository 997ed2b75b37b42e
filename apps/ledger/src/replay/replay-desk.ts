import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller, TrustList } from '@delta-hub/crypto';
import { accessToLeaf, contentOf, isSealed, openingOf } from '../evidence/evidence-access.js';
import { loggedKeys } from '../keys/logged-keys.js';
import { LedgerFault } from '../ledger-fault.js';
import type { LedgerStore, SignedHead } from '../ledger-store.js';
import type { Level } from '../witness/level.js';
import type { NewestWitnessed } from '../witness/standing.js';
import { assertReason, type Inspection, type RecordInspection } from './inspections.js';
import { type AsOf, type Moment, Replay, type ReplayPage } from './replay.js';
import { mayReplay } from './replay-access.js';
import type { ReplayedEntry } from './replayed-entry.js';
import type { ReplayScope } from './scope.js';

export interface ReplayDeskParts {
  readonly store: Pick<LedgerStore, 'entries' | 'tile' | 'positionsIn' | 'keyEntries'>;
  /** The newest own head of at least a level. */
  readonly newest: (level: Level) => SignedHead | undefined;
  readonly newestWitnessed: NewestWitnessed;
  readonly trust: TrustList;
  readonly recordInspection: RecordInspection;
}

export interface ReplayRequest {
  readonly scope: ReplayScope;
  readonly asOf?: AsOf | undefined;
  /** What an earlier page was as of; counts more than `asOf`. */
  readonly moment?: Pick<Moment, 'size' | 'rule'> | undefined;
  /** Why, with the legal basis; needed for a person. */
  readonly reason?: string | undefined;
}

/** What a caller has been let into. */
export interface OpenReplay {
  readonly origin: string;
  readonly moment: Moment;
  /** How far others believe in the beginning of the log up to this size. */
  readonly levelOf: (size: number) => Level;
  /** As `Replay.page`, looking further for what is rare; others are served in between. */
  page(from: number, first: number): Promise<ReplayPage>;
  /** Every entry of the scope from one on, read as it is asked for. */
  entries(from: number): AsyncGenerator<ReplayedEntry, void>;
}

/** Whether the caller can ask better. */
export const isMendable = ({ code }: LedgerFault): boolean =>
  code === 'BEYOND_THE_HEAD' || code === 'REASON_MISSING' || code === 'REASON_TOO_LONG';

const PAGE = 256;
/** How often a page looks on: some 16,000 entries. */
const MOST_LOOKS = 16;

/** Replays the log of a running node for those who may. */
export class ReplayDesk {
  readonly #parts: ReplayDeskParts;

  constructor(parts: ReplayDeskParts) {
    this.#parts = parts;
  }

  /**
   * Undefined when the caller may not. The replay of a person is on record when this returns.
   * @throws LedgerFault `NOTHING_SIGNED`, `BEYOND_THE_HEAD`, `REASON_MISSING`, `REASON_TOO_LONG`,
   *   `INSPECTION_NOT_RECORDED`, `LEDGER_DAMAGED`
   */
  async open(
    caller: Caller,
    { scope, asOf, moment: earlier, reason = '' }: ReplayRequest,
  ): Promise<OpenReplay | undefined> {
    const { store, newest, newestWitnessed, trust } = this.#parts;
    const head = newest('LOCAL');
    if (!mayReplay(caller, scope, (stream) => openingOf(stream, store))) return undefined;
    if (scope.kind === 'PERSON') assertReason(reason);
    if (head === undefined) throw new LedgerFault('NOTHING_SIGNED', 'no head was signed yet');
    // What is sealed is read with a reason, which only the replay of a person has.
    const mayRead = (leaf: Uint8Array): boolean =>
      accessToLeaf(caller, leaf, store) === 'granted' && (scope.kind === 'PERSON' || !isSealed(contentOf(leaf)));
    const keys = loggedKeys(store, trust, head.origin);
    const replay = new Replay({ store, head, keys, newestWitnessed, mayRead });
    const moment = earlier === undefined ? replay.moment(asOf) : replay.again(earlier.size, earlier.rule);
    if (scope.kind === 'PERSON') await this.#record(caller, { personId: scope.id, reason, size: moment.size });
    const [sealed, witnessed] = [newest('SEALED')?.size ?? 0, newest('WITNESSED')?.size ?? 0];
    return {
      origin: head.origin,
      moment,
      levelOf: (size) => (size <= sealed ? 'SEALED' : size <= witnessed ? 'WITNESSED' : 'LOCAL'),
      page: (from, first) => pageOf(replay, scope, moment, from, first),
      entries: (from) => entriesOf(replay, scope, moment, from),
    };
  }

  async #record({ officerId, role, agencyId }: Caller, shown: Pick<Inspection, 'personId' | 'reason' | 'size'>) {
    try {
      await this.#parts.recordInspection({ officerId, role, agencyId, ...shown });
    } catch (cause) {
      const problem = 'the replay could not be put on record, so nothing of it is shown';
      throw new LedgerFault('INSPECTION_NOT_RECORDED', problem, undefined, { cause });
    }
  }
}

const pageOf = async (
  replay: Replay,
  scope: ReplayScope,
  moment: Moment,
  from: number,
  first: number,
): Promise<ReplayPage> => {
  const entries: ReplayedEntry[] = [];
  let next = from;
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const page = replay.page(scope, moment, next, first - entries.length);
    entries.push(...page.entries);
    next = page.next;
    if (page.isLast) return { entries, next, isLast: true };
    if (entries.length === first) break;
    await nextTurn();
  }
  return { entries, next, isLast: false };
};

async function* entriesOf(replay: Replay, scope: ReplayScope, moment: Moment, from: number) {
  for (let next = from; ;) {
    const page = replay.page(scope, moment, next, PAGE);
    yield* page.entries;
    if (page.isLast) return;
    next = page.next;
    await nextTurn();
  }
}
