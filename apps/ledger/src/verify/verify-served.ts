import type { KeyHistory, TrustList } from '@delta-hub/crypto';
import { servedKeys } from '../keys/served-keys.js';
import { parseNote, parseTreeHead, toBase64 } from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin, sha256Tree } from '../log-identity.js';
import { openHead } from '../signed-head.js';
import { standingOf } from '../witness/standing.js';
import { finding } from './finding.js';
import { inOrder } from './in-order.js';
import { noCounts, type Range, type RangeCheck, type RangeVerdict, rangesOf, sumOf } from './range.js';
import { startThreads, threadsFor } from './range-thread.js';
import type { Counts, Finding, LedgerReport, VerifyLevel, VerifyOptions } from './report.js';
import { SeenIds } from './seen-ids.js';
import { type FilesSource, ServedLog, type UrlSource } from './served-log.js';
import { ServedRanges } from './served-ranges.js';
import { sinceFault, stateOf, tellProgress } from './verified-state.js';

/**
 * Recomputes a log from what it serves, or from its exported files: its newest checkpoint, every tile and every entry.
 * That no event comes twice is verified among the entries that this run looks at.
 * @throws LedgerFault `UNREACHABLE`, `TOKEN_REFUSED`, `STORAGE_FAILED`
 */
export const verifyServed = async (
  source: UrlSource | FilesSource,
  trust: TrustList,
  options: VerifyOptions,
): Promise<LedgerReport> => {
  const log = new ServedLog(source);
  const note = await log.checkpoint();
  const origin = note?.split('\n', 1)[0] ?? '';
  log.open(parseTreeHead(parseNote(note ?? '')?.text ?? '', sha256Tree.empty.length)?.size ?? 0);
  const known = await servedKeys(log, trust, origin);
  const opened = openWanted(note, origin, { trust, keys: known.keys }, options);
  if (!('head' in opened)) return reportOf(origin, undefined, options, noCounts, opened.fault);
  const run = new ServedVerification({ ...known, source, log, head: opened.head, options });
  const fault = (await run.sinceFault()) ?? (await run.entriesFault());
  const report = reportOf(origin, opened.head, options, run.counts, fault);
  return fault === undefined ? { ...report, standing: borneOut(opened.head, trust) } : report;
};

const borneOut = ({ note, origin }: SignedHead, trust: TrustList): NonNullable<LedgerReport['standing']> => {
  const { level, witnessedAt } = standingOf(note, trust, nodeOfOrigin(origin) ?? '');
  return { level, witnessedAt: witnessedAt === undefined ? undefined : new Date(witnessedAt * 1_000).toISOString() };
};

/** The served head, when it is signed and of the log that is wanted. */
const openWanted = (
  note: string | undefined,
  origin: string,
  { trust, keys }: { readonly trust: TrustList; readonly keys: KeyHistory },
  { node: wanted }: VerifyOptions,
): { readonly head: SignedHead } | { readonly fault: Finding } => {
  if (note === undefined) return { fault: finding('RESOURCE', undefined, 'a checkpoint', 'none') };
  const node = nodeOfOrigin(origin);
  const verifiers = headVerifiers(keys, node ?? '');
  if (node === undefined || (wanted ?? node) !== node || verifiers.length === 0)
    return { fault: finding('ORIGIN', undefined, `the log of node ${wanted ?? 'in the trust list'}`, origin) };
  const opened = openHead(note, origin, verifiers);
  if (opened.ok) {
    const { forged } = standingOf(note, trust, node);
    if (forged === undefined) return { head: opened.head };
    return { fault: finding('COSIGNATURE', opened.head.size - 1, `a cosignature by ${forged}`, 'another signature') };
  }
  return { fault: finding('HEAD_NOTE', undefined, 'a checkpoint signed by a trusted key', opened.reason) };
};

interface Parts {
  readonly source: UrlSource | FilesSource;
  readonly log: ServedLog;
  readonly head: SignedHead;
  readonly keys: KeyHistory;
  readonly keyEntries: readonly number[];
  readonly options: VerifyOptions;
}

class ServedVerification {
  readonly #parts: Parts;
  readonly #from: number;
  counts: Counts = noCounts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#from = parts.options.since?.size ?? 0;
  }

  async sinceFault(): Promise<Finding | undefined> {
    const { options, log, head } = this.#parts;
    const { since } = options;
    if (since === undefined || since.size === 0) return undefined;
    if (since.size > head.size)
      return finding('HISTORY', head.size, `the ${since.size} entries that were verified`, `${head.size}`);
    log.open(head.size);
    await log.fetchTilesAt(since.size - 1);
    return sinceFault(since, head.origin, (level, index) => log.tile(level, index));
  }

  async entriesFault(): Promise<Finding | undefined> {
    const { options, head } = this.#parts;
    const { size, origin } = head;
    const checks = this.#checks();
    const seen = new SeenIds();
    let fault: Finding | undefined;
    try {
      const take = (verdict: RangeVerdict, range: Range): boolean => {
        fault = repeatedFault(seen, verdict, range) ?? verdict.fault;
        this.counts = sumOf(this.counts, verdict.counts);
        if (fault === undefined) options.verified?.(stateOf(origin, this.#level(), verdict));
        return fault === undefined;
      };
      await inOrder(
        rangesOf(this.#from, size, options.rangeWidth),
        checks,
        take,
        tellProgress(options, this.#from, size),
      );
    } finally {
      seen.close();
      await Promise.all([...new Set(checks)].map((check) => check.close()));
    }
    return fault;
  }

  #checks(): readonly RangeCheck[] {
    const { source, log, head, keys, keyEntries, options } = this.#parts;
    const parts = { keys, keyEntries, origin: head.origin, level: this.#level(), head };
    const threads = options.threads ?? threadsFor(head.size - this.#from, parts.level);
    return [new ServedRanges({ ...parts, log }), ...startThreads(threads, { kind: 'served', source, ...parts })];
  }

  #level(): VerifyLevel {
    return this.#parts.options.level ?? 'signatures';
  }
}

const repeatedFault = (seen: SeenIds, { ids }: RangeVerdict, { from }: Range): Finding | undefined => {
  const repeated = seen.add(ids ?? new Uint8Array(0), from);
  if (repeated === undefined) return undefined;
  return finding('EVENT_REPEATED', repeated.position, 'an event once', `position ${repeated.earlier}`);
};

const reportOf = (
  origin: string,
  head: SignedHead | undefined,
  { level = 'signatures', since }: VerifyOptions,
  counts: Counts,
  fault: Finding | undefined,
): LedgerReport => ({
  ok: fault === undefined,
  origin: origin === '' ? undefined : origin,
  level,
  from: since?.size ?? 0,
  size: fault === undefined ? (head?.size ?? 0) : 0,
  root: fault === undefined && head !== undefined ? toBase64(head.root) : undefined,
  counts,
  unsigned: 0,
  behind: 0,
  fault,
});
