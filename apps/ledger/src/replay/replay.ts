import { isInstant, type KeyHistory } from '@delta-hub/crypto';
import { type NodeReader, rootAt, sameBytes, toBase64 } from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';
import type { LedgerStore, SignedHead, StoredEntry, TreeState } from '../ledger-store.js';
import { sha256Tree } from '../log-identity.js';
import { warmNodes } from '../warm-nodes.js';
import type { NewestWitnessed } from '../witness/standing.js';
import { type DoubtRule, type ReplayedEntry, replayedEntry } from './replayed-entry.js';
import { type Belonging, belongingOf, isInScope, type ReplayScope } from './scope.js';

/** A size of the tree, or a UTC instant in milliseconds. */
export type AsOf = number | string;

/** A size or an instant from its text; undefined when it is neither. */
export const asOfIn = (text: string): AsOf | undefined => {
  const instant: unknown = text;
  if (isInstant(instant)) return instant;
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
};

/** The beginning of the log that a replay shows. */
export interface Moment extends TreeState {
  /**
   * How it was found: `SIZE`, given; `NEWEST_HEAD`, nothing given; `WITNESSED_TIME`: the largest head that a quorum of
   * witnesses had cosigned by the instant, by the median of their clocks; `EVENT_TIME`, only where no head was ever
   * witnessed: everything before the first event that was signed later, by the signers' own clocks.
   */
  readonly rule: 'SIZE' | 'NEWEST_HEAD' | 'WITNESSED_TIME' | 'EVENT_TIME';
}

/** @throws LedgerFault `BEYOND_THE_HEAD` when a replay of a moment cannot begin at this index: a slip of who asks, no empty answer */
export const assertWithin = ({ size }: Moment, from: number): void => {
  if (from > size) throw new LedgerFault('BEYOND_THE_HEAD', `the log had ${size} entries then, and none at ${from}`);
};

export interface ReplayPage {
  readonly entries: readonly ReplayedEntry[];
  /** Every entry before this one was looked at: where the next page goes on. */
  readonly next: number;
  readonly isLast: boolean;
}

export interface ReplayParts {
  readonly store: Pick<LedgerStore, 'entries' | 'tile' | 'positionsIn'>;
  readonly head: SignedHead;
  /** As the log itself has them. */
  readonly keys: KeyHistory;
  /** Missing where nothing was ever witnessed. */
  readonly newestWitnessed?: NewestWitnessed | undefined;
  /** Asked of events that verify: those that it refuses are left out. */
  readonly mayRead?: (leaf: Uint8Array) => boolean;
}

const READ_AT_ONCE = 256;
/** Most entries that are looked at for one page, found or not. */
const MOST_LOOKED_AT = 1_024;

/** Replays a log as far as it is signed. Reads only. */
export class Replay {
  readonly #store: ReplayParts['store'];
  readonly #head: SignedHead;
  readonly #rule: DoubtRule;
  readonly #nodes: NodeReader;
  readonly #newestWitnessed: NewestWitnessed;
  readonly #mayRead: (leaf: Uint8Array) => boolean;
  readonly #opening: (stream: string) => Belonging | undefined;

  constructor({ store, head, keys, newestWitnessed = () => undefined, mayRead = () => true }: ReplayParts) {
    this.#store = store;
    this.#head = head;
    this.#nodes = warmNodes(sha256Tree, (level, index) => store.tile(level, index));
    this.#newestWitnessed = newestWitnessed;
    this.#rule = { history: keys, witnessedBy: remembered((instant) => this.#witnessedBy(instant)?.size ?? 0) };
    this.#mayRead = mayRead;
    this.#opening = (stream) => this.#openingOf(stream);
  }

  /** @throws LedgerFault `BEYOND_THE_HEAD`, `LEDGER_DAMAGED` when a witnessed head is not of this log */
  moment(asOf: AsOf | undefined): Moment {
    const { size, root } = this.#head;
    if (asOf === undefined) return { size, root, rule: 'NEWEST_HEAD' };
    return typeof asOf === 'string' ? this.#at(asOf) : this.again(asOf, 'SIZE');
  }

  /** A moment that was found before, for going on. @throws LedgerFault `BEYOND_THE_HEAD` */
  again(asOf: number, rule: Moment['rule']): Moment {
    const { size } = this.#head;
    if (asOf <= size) return this.#before(asOf, rule);
    throw new LedgerFault('BEYOND_THE_HEAD', `the log has ${size} entries under its newest head, not ${asOf}`);
  }

  /** Up to `first` entries of the scope from entry `from` on, in log order. A page may be short and not the last. */
  page(scope: ReplayScope, moment: TreeState, from: number, first: number): ReplayPage {
    const entries: ReplayedEntry[] = [];
    const end = Math.min(moment.size, from + MOST_LOOKED_AT);
    let next = from;
    while (next < end && entries.length < first) {
      for (const { position, leaf } of this.#read(next, Math.min(end, next + READ_AT_ONCE))) {
        if (entries.length === first) return { entries, next: position, isLast: false };
        next = position + 1;
        if (!isInScope(scope, belongingOf(leaf), this.#opening)) continue;
        const entry = replayedEntry(position, leaf, this.#rule, moment, this.#nodes);
        if (entry.event === undefined || this.#mayRead(leaf)) entries.push(entry);
      }
    }
    return { entries, next, isLast: next >= moment.size };
  }

  /** @throws LedgerFault `LEDGER_DAMAGED` when an entry is missing */
  #read(from: number, to: number): readonly StoredEntry[] {
    const rows = this.#store.entries(from, to);
    const missing = rows.findIndex(({ position }, at) => position !== from + at);
    if (missing < 0 && rows.length === to - from) return rows;
    const position = from + (missing < 0 ? rows.length : missing);
    throw new LedgerFault('LEDGER_DAMAGED', `entry ${position} is missing`, {
      position,
      expected: 'an entry',
      found: 'none',
    });
  }

  #before(size: number, rule: Moment['rule']): Moment {
    return { size, root: rootAt(sha256Tree, this.#nodes, size), rule };
  }

  #at(instant: string): Moment {
    const { size } = this.#head;
    if (this.#newestWitnessed(Number.MAX_SAFE_INTEGER, size) === undefined)
      return this.#before(this.#sizeAt(instant), 'EVENT_TIME');
    const head = this.#witnessedBy(instant);
    const moment = this.#before(head?.size ?? 0, 'WITNESSED_TIME');
    if (head === undefined || sameBytes(head.root, moment.root)) return moment;
    throw new LedgerFault('LEDGER_DAMAGED', `the log is not the one whose head of ${head.size} entries was witnessed`, {
      position: head.size - 1,
      expected: toBase64(head.root),
      found: toBase64(moment.root),
    });
  }

  /** The largest head that was witnessed by an instant. */
  #witnessedBy(instant: string): SignedHead | undefined {
    return this.#newestWitnessed(Math.floor(Date.parse(instant) / 1_000), this.#head.size);
  }

  #sizeAt(instant: string): number {
    const { size } = this.#head;
    for (let from = 0; from < size; from += READ_AT_ONCE) {
      const entries = this.#read(from, Math.min(size, from + READ_AT_ONCE));
      const later = entries.find(({ leaf }) => (belongingOf(leaf)?.time ?? '') > instant);
      if (later !== undefined) return later.position;
    }
    return size;
  }

  #openingOf(stream: string): Belonging | undefined {
    const position = this.#store.positionsIn([stream]).get(stream)?.[0];
    if (position === undefined) return undefined;
    const [entry] = this.#store.entries(position, position + 1);
    return entry && belongingOf(entry.leaf);
  }
}

/** As `ask`, each question asked once. */
const remembered = (ask: (instant: string) => number): ((instant: string) => number) => {
  const known = new Map<string, number>();
  return (instant) => {
    const answer = known.get(instant) ?? ask(instant);
    known.set(instant, answer);
    return answer;
  };
};
