import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrustList } from '@delta-hub/crypto';
import type { EventStore } from '@delta-hub/event-store';
import { toBase64 } from '@delta-hub/ledger';
import { flawOf } from '../authenticate.js';
import { isLedgerFault } from '../ledger-fault.js';
import { ledgerPaths } from '../ledger-paths.js';
import type { SignedHead, StoredEntry } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { headFault } from '../signed-head.js';
import { endFault } from './end-check.js';
import { EntryCheck } from './entry-check.js';
import { finding } from './finding.js';
import { LeafWalk } from './leaf-walk.js';
import { DEFAULT_MAX_BEHIND, type Finding, type LedgerReport, type VerifyOptions } from './report.js';
import { openStoredLog, readStoredLock, type StoredLock, type StoredLog } from './stored-log.js';

/** A node's directory, with the event store that its log was made from. */
export interface DirectorySource {
  readonly directory: string;
  readonly eventStore: EventStore;
}

const READ_AT_ONCE = 256;

/** Recomputes a node's log from what is stored; the first fault ends it. The node may be running. */
export const verifyDirectory = async (
  { directory, eventStore }: DirectorySource,
  trust: TrustList,
  options: VerifyOptions,
): Promise<LedgerReport> => {
  const paths = ledgerPaths(directory);
  let log: StoredLog | undefined;
  try {
    // The lock is read on both sides of the snapshot: a running node moves it after what it stores.
    const before = readStoredLock(paths.lock);
    log = openStoredLog(paths.ledger);
    const after = readStoredLock(paths.lock);
    return await new DirectoryVerification(log, { before, after }, trust, options).run(eventStore);
  } catch (error) {
    if (!isLedgerFault(error)) throw error;
    const fault = finding('FILE', undefined, 'the files of a log', error.message);
    return { ok: false, origin: undefined, ...nothingSigned, counts: noCounts, unsigned: 0, behind: 0, fault };
  } finally {
    log?.close();
  }
};

class DirectoryVerification {
  readonly #log: StoredLog;
  readonly #lock: { readonly before: StoredLock; readonly after: StoredLock };
  readonly #trust: TrustList;
  readonly #options: VerifyOptions;
  #position = 0;
  #behind = 0;

  constructor(
    log: StoredLog,
    lock: { readonly before: StoredLock; readonly after: StoredLock },
    trust: TrustList,
    options: VerifyOptions,
  ) {
    this.#log = log;
    this.#lock = lock;
    this.#trust = trust;
    this.#options = options;
  }

  async run(eventStore: EventStore): Promise<LedgerReport> {
    const origin = this.#log.origin();
    const walk = this.#walk(origin ?? '');
    const entries = new EntryCheck(this.#log, eventStore);
    const fault = await this.#firstFault(origin, walk, entries);
    const signed = this.#lockedHead();
    const isSigned = fault === undefined && signed !== undefined;
    return {
      ok: fault === undefined,
      origin,
      ...(isSigned ? { size: signed.size, root: toBase64(signed.root) } : nothingSigned),
      counts: { ...walk.counts, events: entries.events },
      unsigned: fault === undefined ? Math.max(0, this.#position - (signed?.size ?? 0)) : 0,
      behind: this.#behind,
      fault,
    };
  }

  async #firstFault(origin: string | undefined, walk: LeafWalk, entries: EntryCheck): Promise<Finding | undefined> {
    try {
      return (
        this.#originFault(origin) ??
        (await this.#entriesFault(walk, entries)) ??
        this.#lockFault(origin ?? '') ??
        endFault(this.#log, {
          size: this.#position,
          heads: walk.counts.heads - this.#lockedHeads().filter(({ size }) => size <= this.#position).length,
          lockedBefore: this.#lock.before.signed[0],
          lockedAfter: this.#lock.after.signed[0],
        }) ??
        (await this.#restFault(entries))
      );
    } catch (error) {
      if (isLedgerFault(error)) return finding('FILE', this.#position, 'a readable row', error.message);
      if ((error as Error | undefined)?.name !== 'EventStoreError') throw error;
      return finding('STORE', this.#position, 'a readable event store', (error as Error).message);
    }
  }

  #walk(origin: string): LeafWalk {
    return new LeafWalk({
      trust: this.#trust,
      origin,
      verifiers: headVerifiers(this.#trust, nodeOfOrigin(origin) ?? ''),
      tile: (level, index) => this.#log.tile(level, index),
      headsOf: (size) => [...this.#log.headsOf(size), ...this.#lockedHeads().filter((head) => head.size === size)],
    });
  }

  #originFault(origin: string | undefined): Finding | undefined {
    const node = nodeOfOrigin(origin ?? '');
    const isWanted = node !== undefined && (this.#options.node ?? node) === node;
    if (isWanted && headVerifiers(this.#trust, node).length > 0) return undefined;
    const expected = `the log of ${this.#options.node === undefined ? 'a trusted node' : `node ${this.#options.node}`}`;
    return finding('ORIGIN', undefined, expected, origin ?? 'none');
  }

  #lockFault(origin: string): Finding | undefined {
    const { before, after } = this.#lock;
    const damage = before.damage ?? after.damage;
    if (damage !== undefined) return finding('FILE', undefined, 'a sound lock', damage);
    const stranger = [...before.signed, ...after.signed].find((head) => head.origin !== origin);
    if (stranger !== undefined) return finding('LOCK', stranger.size - 1, origin, stranger.origin);
    const verifiers = headVerifiers(this.#trust, nodeOfOrigin(origin) ?? '');
    const head = this.#lockedHeads().find((one) => headFault(one, verifiers) !== undefined);
    if (head === undefined) return undefined;
    return finding('HEAD_NOTE', head.size - 1, 'a signed head in the lock', headFault(head, verifiers) ?? '');
  }

  async #entriesFault(walk: LeafWalk, entries: EntryCheck): Promise<Finding | undefined> {
    const total = this.#log.count('SELECT count(*) FROM entries');
    for (;;) {
      const rows = this.#nextRows();
      for (const row of rows) {
        const fault = await this.#entryFault(row, walk, entries);
        if (fault !== undefined) return fault;
        this.#position += 1;
      }
      if (rows.length === 0) break;
      this.#options.progress?.({ verified: this.#position, total });
      await nextTurn();
    }
    return this.#position === total
      ? undefined
      : finding('ENTRY_POSITION', undefined, `positions from 0`, `${total - this.#position} entries elsewhere`);
  }

  /** A row that cannot be read is met alone, after all that can be read before it. */
  #nextRows(): readonly StoredEntry[] {
    try {
      return this.#log.entries(this.#position - 1, READ_AT_ONCE);
    } catch (error) {
      if (!isLedgerFault(error)) throw error;
      return this.#log.entries(this.#position - 1, 1);
    }
  }

  async #entryFault(row: StoredEntry, walk: LeafWalk, entries: EntryCheck): Promise<Finding | undefined> {
    const position = this.#position;
    if (row.position !== position)
      return finding('ENTRY_POSITION', position, `position ${position}`, `position ${row.position}`);
    const walked = await walk.next(row.leaf);
    if ('fault' in walked) return walked.fault;
    const fault = await entries.fault(row, walked.event);
    return fault === undefined ? undefined : { ...fault, position, eventId: walked.event.id };
  }

  /** The events that the log has not yet: authentic too, and not too many. */
  async #restFault(entries: EntryCheck): Promise<Finding | undefined> {
    const most = this.#options.maxBehind ?? DEFAULT_MAX_BEHIND;
    for (;;) {
      const event = await entries.nextEvent(this.#position);
      if (event === undefined) return undefined;
      const position = this.#position + this.#behind;
      const flaw = flawOf(event, this.#trust);
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
const noCounts = { entries: 0, tileHashes: 0, heads: 0, events: 0 };
