import { isKeyEventType, type KeyHistory, ruleAt, sha256 } from '@delta-hub/crypto';
import { TILE_WIDTH } from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { idBytes } from '../sqlite-ledger-store.js';
import { finding } from './finding.js';
import { LeafWalk } from './leaf-walk.js';
import { openerOf } from './open-entry.js';
import { noCounts, type Range, type RangeCheck, type RangeVerdict } from './range.js';
import type { Finding, VerifyLevel } from './report.js';
import type { ServedLog } from './served-log.js';

export interface ServedParts {
  readonly log: ServedLog;
  readonly keys: KeyHistory;
  /** The entries from which the keys were read: the log MUST have no other key event. */
  readonly keyEntries: readonly number[];
  readonly origin: string;
  readonly level: VerifyLevel;
  /** The head under which the log is read. */
  readonly head: SignedHead;
}

/** Verifies ranges of a log by the tiles and entry bundles that it serves. */
export class ServedRanges implements RangeCheck {
  readonly #parts: ServedParts;

  constructor(parts: ServedParts) {
    this.#parts = parts;
    parts.log.open(parts.head.size);
  }

  async check(range: Range, progress?: (verified: number) => void): Promise<RangeVerdict> {
    const walk = await this.#begin(range.from);
    if ('what' in walk)
      return { fault: walk, reached: range.from, root: new Uint8Array(0), counts: noCounts, ids: new Uint8Array(0) };
    const ids: Uint8Array[] = [];
    const fault = await this.#firstFault(range, walk, ids, progress);
    const reached = range.from + walk.counts.entries;
    return { fault, reached, root: walk.root(), counts: { ...walk.counts, events: 0 }, ids: Buffer.concat(ids) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #begin(from: number): Promise<LeafWalk | Finding> {
    const { log, keys, origin, head } = this.#parts;
    // The tiles that hold what is unfinished at `from` are those of the leaf before it, or begin with it.
    await log.fetchTilesAt(Math.max(0, from - 1));
    const source = {
      origin,
      verifiers: headVerifiers(keys, nodeOfOrigin(origin) ?? ''),
      tile: (tileLevel: number, index: number) => log.tile(tileLevel, index),
      headsOf: (size: number) => (size === head.size ? [head] : []),
    };
    try {
      return new LeafWalk(source, from);
    } catch (error) {
      if ((error as Error).name !== 'RangeError') throw error;
      return finding('TILE', from, 'the tiles of the entries before', (error as Error).message);
    }
  }

  async #firstFault(
    { from, to }: Range,
    walk: LeafWalk,
    ids: Uint8Array[],
    progress: ((verified: number) => void) | undefined,
  ): Promise<Finding | undefined> {
    const { log, keys, keyEntries, level } = this.#parts;
    const open = openerOf(level, (index) => ruleAt(keys, index));
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1) {
      const first = index * TILE_WIDTH;
      await log.fetchTilesAt(first);
      const entries = await log.bundle(index);
      if (entries === undefined)
        return finding('RESOURCE', Math.max(from, first), `entries of bundle ${index}`, 'none');
      const wanted = entries.slice(Math.max(0, from - first), to - first);
      const opened = open(wanted, Math.max(from, first));
      for (const [at, leaf] of wanted.entries()) {
        const position = Math.max(from, first) + at;
        const walked = walk.next(leaf, opened[at]);
        if ('fault' in walked) return walked.fault;
        if (isKeyEventType(walked.event?.type ?? '') && !keyEntries.includes(position))
          return {
            ...finding('RESOURCE', position, 'a key event that key-entries lists', 'none'),
            eventId: walked.event?.id,
          };
        if (walked.event !== undefined) ids.push(sixteenBytesOf(walked.event.id));
      }
      progress?.(wanted.length);
    }
    return undefined;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The bytes of an id; of one that is no UUID, those of its hash. */
const sixteenBytesOf = (id: string): Uint8Array =>
  UUID.test(id) ? idBytes(id) : sha256(Buffer.from(id)).subarray(0, 16);
