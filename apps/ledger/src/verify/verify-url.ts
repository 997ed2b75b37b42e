import type { TrustList } from '@delta-hub/crypto';
import { TILE_WIDTH, toBase64 } from '@delta-hub/ledger';
import type { SignedHead } from '../ledger-store.js';
import { headVerifiers, nodeOfOrigin } from '../log-identity.js';
import { openHead } from '../signed-head.js';
import { finding } from './finding.js';
import { LeafWalk } from './leaf-walk.js';
import type { Finding, LedgerReport, VerifyOptions } from './report.js';
import { ServedLog, type UrlSource } from './served-log.js';

/**
 * Recomputes a log from what it serves: its newest checkpoint, every tile and every entry. The event ids are kept in
 * memory to notice one that comes twice.
 * @throws LedgerFault `UNREACHABLE`, `TOKEN_REFUSED`
 */
export const verifyUrl = async (source: UrlSource, trust: TrustList, options: VerifyOptions): Promise<LedgerReport> => {
  const log = new ServedLog(source);
  const note = await log.checkpoint();
  const origin = note?.split('\n', 1)[0] ?? '';
  const opened = openWanted(note, origin, trust, options);
  if (!('head' in opened)) return reportOf(origin, undefined, noCounts, opened.fault);
  const { head } = opened;
  log.open(head.size);
  const walk = new LeafWalk({
    trust,
    origin,
    verifiers: headVerifiers(trust, nodeOfOrigin(origin) ?? ''),
    tile: (level, index) => log.tile(level, index),
    headsOf: (size) => (size === head.size ? [head] : []),
  });
  const fault = await entriesFault(log, walk, head, options);
  return reportOf(origin, head, walk.counts, fault);
};

/** The served head, when it is signed and of the log that is wanted. */
const openWanted = (
  note: string | undefined,
  origin: string,
  trust: TrustList,
  { node: wanted }: VerifyOptions,
): { readonly head: SignedHead } | { readonly fault: Finding } => {
  if (note === undefined) return { fault: finding('RESOURCE', undefined, 'a checkpoint', 'none') };
  const node = nodeOfOrigin(origin);
  const verifiers = headVerifiers(trust, node ?? '');
  if (node === undefined || (wanted ?? node) !== node || verifiers.length === 0)
    return { fault: finding('ORIGIN', undefined, `the log of node ${wanted ?? 'in the trust list'}`, origin) };
  const opened = openHead(note, origin, verifiers);
  if (opened.ok) return { head: opened.head };
  return { fault: finding('HEAD_NOTE', undefined, 'a checkpoint signed by a trusted key', opened.reason) };
};

const entriesFault = async (
  log: ServedLog,
  walk: LeafWalk,
  { size }: SignedHead,
  { progress }: VerifyOptions,
): Promise<Finding | undefined> => {
  const seen = new Map<string, number>();
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    const entries = await log.bundle(index);
    if (entries === undefined) return finding('RESOURCE', index * TILE_WIDTH, `entries of bundle ${index}`, 'none');
    for (const leaf of entries) {
      const position = seen.size;
      const walked = await walk.next(leaf);
      if ('fault' in walked) return walked.fault;
      const { id } = walked.event;
      const earlier = seen.get(id);
      if (earlier !== undefined)
        return { ...finding('EVENT_REPEATED', position, 'an event once', `position ${earlier}`), eventId: id };
      seen.set(id, position);
    }
    progress?.({ verified: seen.size, total: size });
  }
  return undefined;
};

const noCounts = { entries: 0, tileHashes: 0, heads: 0 };

const reportOf = (
  origin: string,
  head: SignedHead | undefined,
  counts: typeof noCounts,
  fault: Finding | undefined,
): LedgerReport => ({
  ok: fault === undefined,
  origin: origin === '' ? undefined : origin,
  size: fault === undefined ? (head?.size ?? 0) : 0,
  root: fault === undefined && head !== undefined ? toBase64(head.root) : undefined,
  counts: { ...counts, events: 0 },
  unsigned: 0,
  behind: 0,
  fault,
});
