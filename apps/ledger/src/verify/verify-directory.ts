import { type IndexedEvent, isKeyEventType, type KeyHistory, ruleAt, type TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { toBase64 } from '@delta-hub/ledger';
import { firstFlaw } from '../authenticate.js';
import { isLedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import { loggedKeys } from '../keys/logged-keys.js';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { headFault } from '../signed-head.js';
import { endFault } from './end-check.js';
import { EntryCheck } from './entry-check.js';
import { finding } from './finding.js';
import { DirectoryRanges } from './directory-ranges.js';
import { inOrder } from './in-order.js';
import { noCounts, type RangeCheck, rangesOf, sumOf } from './range.js';
import { startThreads, threadsFor } from './range-thread.js';
import { DEFAULT_MAX_BEHIND, type Finding, type LedgerReport, type VerifyLevel, type VerifyOptions } from './report.js';
import { sinceFault, stateOf, tellProgress } from './verified-state.js';
import { openStoredLog, readStoredLock, type StoredLock, type StoredLog } from './stored-log.js';
import { WitnessCheck } from './witness-check.js';

/** A node's directory, with the event store that its log was made from. */
export interface DirectorySource {
  readonly directory: string;
  readonly eventStore: Pick<EventStore, 'readAll'>;
  /** The SQLite file of that event store, for threads, which open it themselves; without it this thread does all. */
  readonly eventsFile?: string;
}

/** Recomputes a node's log from what is stored; the first fault ends it. The node may be running. */
export const verifyDirectory = async (
  source: DirectorySource,
  trust: TrustList,
  options: VerifyOptions,
): Promise<LedgerReport> => {
  const paths = ledgerPaths(source.directory);
  let log: StoredLog | undefined;
  let witnessed: WitnessCheck | undefined;
  try {
    witnessed = new WitnessCheck(source.directory);
    // The lock is read on both sides of the snapshot: a running node moves it after what it stores.
    const before = readStoredLock(paths.lock);
    log = openStoredLog(paths.ledger);
    const after = readStoredLock(paths.lock);
    return await new DirectoryVerification({ log, lock: { before, after }, witnessed }, trust, options).run(source);
  } catch (error) {
    if (!isLedgerFault(error)) throw error;
    const fault = finding('FILE', undefined, 'the files of a log', error.message);
    const level = options.level ?? 'signatures';
    return {
      ok: false,
      origin: undefined,
      level,
      from: 0,
      ...nothingSigned,
      counts: noCounts,
      unsigned: 0,
      behind: 0,
      fault,
    };
  } finally {
    log?.close();
    witnessed?.close();
  }
};

/** What lies in the directory: the log, its lock before and after the log was opened, and what witnesses cosigned. */
interface StoredParts {
  readonly log: StoredLog;
  readonly lock: { readonly before: StoredLock; readonly after: StoredLock };
  readonly witnessed: WitnessCheck;
}

class DirectoryVerification {
  readonly #log: StoredLog;
  readonly #lock: StoredParts['lock'];
  readonly #witnessed: WitnessCheck;
  readonly #trust: TrustList;
  readonly #options: VerifyOptions;
  readonly #level: VerifyLevel;
  readonly #from: number;
  #position: number;
  #counts = noCounts;
  #behind = 0;
  #known: { readonly count: number; readonly keys: KeyHistory } | undefined;

  constructor({ log, lock, witnessed }: StoredParts, trust: TrustList, options: VerifyOptions) {
    this.#log = log;
    this.#lock = lock;
    this.#witnessed = witnessed;
    this.#trust = trust;
    this.#options = options;
    this.#level = options.level ?? 'signatures';
    this.#from = options.since?.size ?? 0;
    this.#position = this.#from;
  }

  async run(source: DirectorySource): Promise<LedgerReport> {
    const origin = this.#log.origin();
    const fault = await this.#firstFault(origin, source);
    const signed = this.#lockedHead();
    const isSigned = fault === undefined && signed !== undefined;
    return {
      ok: fault === undefined,
      origin,
      level: this.#level,
      from: this.#from,
      ...(isSigned ? this.#headOf(signed) : nothingSigned),
      counts: this.#counts,
      unsigned: fault === undefined ? Math.max(0, this.#position - (signed?.size ?? 0)) : 0,
      behind: this.#behind,
      fault,
    };
  }

  async #firstFault(origin: string | undefined, source: DirectorySource): Promise<Finding | undefined> {
    try {
      const locked = this.#lockedHeads().filter(({ size }) => size > this.#from);
      return (
        this.#originFault(origin) ??
        this.#sinceFault(origin ?? '') ??
        (await this.#entriesFault(origin ?? '', source)) ??
        this.#lockFault(origin ?? '') ??
        endFault(this.#log, {
          level: this.#level,
          size: this.#position,
          from: this.#from,
          heads: this.#counts.heads - locked.filter(({ size }) => size <= this.#position).length,
          lockedBefore: this.#lock.before.signed[0],
          lockedAfter: this.#lock.after.signed[0],
        }) ??
        this.#witnessed.fault({
          origin: origin ?? '',
          keys: this.#keys(origin ?? ''),
          trust: this.#trust,
          size: this.#position,
          from: this.#from,
          tile: (level, index) => this.#log.tile(level, index),
          hasHead: (size) => this.#log.headsBetween(size - 1, size).length > 0,
        }) ??
        (this.#level === 'signatures' ? await this.#restFault(source.eventStore, origin ?? '') : undefined)
      );
    } catch (error) {
      if (isLedgerFault(error)) return finding('FILE', this.#position, 'a readable row', error.message);
      if ((error as Error | undefined)?.name !== 'EventStoreError') throw error;
      return finding('STORE', this.#position, 'a readable event store', (error as Error).message);
    }
  }

  #headOf(signed: SignedHead): Pick<LedgerReport, 'size' | 'root' | 'standing'> {
    const { level, witnessedAt } = this.#witnessed.standingOf(signed, this.#trust);
    return {
      size: signed.size,
      root: toBase64(signed.root),
      standing: {
        level,
        witnessedAt: witnessedAt === undefined ? undefined : new Date(witnessedAt * 1_000).toISOString(),
      },
    };
  }

  #sinceFault(origin: string): Finding | undefined {
    const { since } = this.#options;
    return since && sinceFault(since, origin, (level, index) => this.#log.tile(level, index));
  }

  async #entriesFault(origin: string, source: DirectorySource): Promise<Finding | undefined> {
    const total = this.#log.count('SELECT count(*) FROM entries');
    const checks = this.#checks(origin, source, total - this.#from);
    const told = tellProgress(this.#options, this.#from, total);
    let fault: Finding | undefined;
    try {
      await inOrder(
        rangesOf(this.#from, total, this.#options.rangeWidth),
        checks,
        (verdict) => {
          fault = verdict.fault;
          this.#counts = sumOf(this.#counts, verdict.counts);
          this.#position = verdict.reached;
          if (fault !== undefined) return false;
          // What is not signed yet may still be taken back: it is verified again the next time.
          if (verdict.reached <= Math.max(0, ...this.#lockedHeads().map(({ size }) => size)))
            this.#options.verified?.(stateOf(origin, this.#level, verdict));
          return true;
        },
        told,
      );
    } finally {
      await Promise.all([...new Set(checks)].map((check) => check.close()));
    }
    return (
      fault ??
      (this.#position === total
        ? undefined
        : finding('ENTRY_POSITION', undefined, 'positions from 0', `${total - this.#position} entries elsewhere`))
    );
  }

  #checks(
    origin: string,
    { directory, eventStore, eventsFile }: DirectorySource,
    entries: number,
  ): readonly RangeCheck[] {
    const [keys, level, locked] = [this.#keys(origin), this.#level, this.#lockedHeads()];
    const here = new DirectoryRanges({ log: this.#log, eventStore, keys, origin, level, locked });
    if (eventsFile === undefined) return [here];
    const { ledger: ledgerFile } = ledgerPaths(directory);
    const job = { kind: 'directory', ledgerFile, eventsFile, keys, origin, level, locked } as const;
    return [here, ...startThreads(this.#options.threads ?? threadsFor(entries, level), job)];
  }

  #keys(origin: string, rest: readonly IndexedEvent[] = []): KeyHistory {
    if (this.#known?.count !== rest.length)
      this.#known = { count: rest.length, keys: loggedKeys(this.#log, this.#trust, origin, rest) };
    return this.#known.keys;
  }

  #originFault(origin: string | undefined): Finding | undefined {
    const node = nodeOfOrigin(origin ?? '');
    const isWanted = node !== undefined && (this.#options.node ?? node) === node;
    if (isWanted && this.#trust.nodes.some((one) => one.node === node && one.ledgerKeys.length > 0)) return undefined;
    const expected = `the log of ${this.#options.node === undefined ? 'a trusted node' : `node ${this.#options.node}`}`;
    return finding('ORIGIN', undefined, expected, origin ?? 'none');
  }

  #lockFault(origin: string): Finding | undefined {
    const { before, after } = this.#lock;
    const damage = before.damage ?? after.damage;
    if (damage !== undefined) return finding('FILE', undefined, 'a sound lock', damage);
    const stranger = [...before.signed, ...after.signed].find((head) => head.origin !== origin);
    if (stranger !== undefined) return finding('LOCK', stranger.size - 1, origin, stranger.origin);
    const verifiers = headVerifiers(this.#keys(origin), nodeOfOrigin(origin) ?? '');
    const head = this.#lockedHeads().find((one) => headFault(one, verifiers) !== undefined);
    if (head === undefined) return undefined;
    return finding(
      'HEAD_NOTE',
      Math.max(0, head.size - 1),
      'a signed head in the lock',
      headFault(head, verifiers) ?? '',
    );
  }

  /** The events that the log has not yet: authentic too, and not too many. */
  async #restFault(eventStore: Pick<EventStore, 'readAll'>, origin: string): Promise<Finding | undefined> {
    const entries = new EntryCheck(this.#log, eventStore, this.#log.storePositionOf(this.#position - 1));
    const rest: IndexedEvent[] = [];
    const most = this.#options.maxBehind ?? DEFAULT_MAX_BEHIND;
    for (;;) {
      const event = await entries.nextEvent(this.#position);
      if (event === undefined) return undefined;
      const position = this.#position + this.#behind;
      // What the log does not have yet stands behind all that it has; key events among it count from the event after them.
      if (isKeyEventType(event.type)) rest.push({ index: position, jws: event.data });
      const flaw = firstFlaw([event], () => ruleAt(this.#keys(origin, rest), position));
      if (flaw !== undefined)
        return { ...finding('STORE_EVENT', position, flaw.expected, flaw.found), eventId: event.id };
      this.#behind += 1;
      if (this.#behind > most)
        return { ...finding('BEHIND', position, `at most ${most} events not in the log`, 'more'), eventId: event.id };
    }
  }

  /** What the lock held at one time or the other; once, when it did not change. */
  #lockedHeads(): readonly SignedHead[] {
    const heads = [...this.#lock.before.signed, ...this.#lock.after.signed];
    return [...new Map(heads.map((head) => [head.note, head])).values()];
  }

  /** The newest signed head whose entries were all seen. */
  #lockedHead(): SignedHead | undefined {
    return this.#lockedHeads().findLast(({ size }) => size <= this.#position);
  }
}

const nothingSigned = { size: 0, root: undefined };
