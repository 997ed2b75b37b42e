import { parseTrustList } from '@delta-hub/crypto';
import { openSqliteEventStore } from '@delta-hub/event-store/sqlite';
import { type LedgerReport, verifyLedger } from '@delta-hub/ledger-app';
import { existsSync } from 'node:fs';
import { nodePaths, paths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { NODES } from './nodes.js';
import type { LedgerVerdict } from './report.js';

type Progress = (line: string) => void;
/** Root of the empty tree, RFC 6962 section 2.1: SHA-256 of nothing. */
const EMPTY_ROOT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
const SEQUENCED_WITHIN_MS = 30_000;

/** Verifies one node's directory once its log has everything that is stored; the node may be running. */
export const verifyNode = async (directory: string): Promise<LedgerVerdict> => {
  const until = Date.now() + SEQUENCED_WITHIN_MS;
  for (;;) {
    const report = await verifyNodeDirectory(directory, () => undefined);
    const isComplete = report.ok && report.behind === 0 && report.unsigned === 0;
    if (isComplete || !report.ok || Date.now() > until) return { ...verdictOf(report), verified: isComplete };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** `delta-hub ledger verify`: one report a ledger. @throws HubFault `VERIFICATION_FAILED` naming the first faulty entry */
export const ledgerVerify = async (
  source: string,
  options: { readonly token?: string; readonly trust?: string; readonly json: boolean },
): Promise<void> => {
  const progress: Progress = (line) => void process.stderr.write(`${line}\n`);
  const reports = /^https?:\/\//.test(source)
    ? [await verifyUrl(source, options, progress)]
    : await verifyDirectories(source, progress);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ ok: reports.every(({ ok }) => ok), ledgers: reports })}\n`);
  else for (const report of reports) process.stdout.write(`${describe(report)}\n`);
  const bad = reports.find(({ ok }) => !ok);
  if (bad !== undefined) throw new HubFault('VERIFICATION_FAILED', describe(bad));
};

const verifyDirectories = async (source: string, progress: Progress): Promise<readonly LedgerReport[]> => {
  if (existsSync(nodePaths(source).identity)) return [await verifyNodeDirectory(source, progress)];
  const nodes = NODES.map(({ id }) => paths(source).node(id)).filter((dir) => existsSync(nodePaths(dir).identity));
  if (nodes.length === 0)
    throw new HubFault('DATA_DIR_INVALID', `${source} is neither a data directory nor the directory of a node`);
  const reports: LedgerReport[] = [];
  for (const dir of nodes) reports.push(await verifyNodeDirectory(dir, progress));
  return reports;
};

const verifyNodeDirectory = async (directory: string, progress: Progress): Promise<LedgerReport> => {
  const files = nodePaths(directory);
  const { node } = readJson(files.identity) as { node: string };
  if (!existsSync(files.events)) throw new HubFault('DATA_DIR_INVALID', `${files.events} is missing`);
  const eventStore = await openSqliteEventStore(files.events);
  try {
    return await verifyLedger({ directory, eventStore }, parseTrustList(readJson(files.trust)), {
      node,
      progress: lines(node, progress),
    });
  } finally {
    await eventStore.close();
  }
};

const verifyUrl = (
  url: string,
  options: { readonly token?: string; readonly trust?: string },
  progress: Progress,
): Promise<LedgerReport> => {
  if (options.token === undefined || options.trust === undefined)
    throw new HubFault('USAGE', 'an address needs --token (of an inspector) and --trust (a trust list)');
  const trust = parseTrustList(readJson(options.trust));
  const prefix = new URL(url).pathname === '/' ? `${url.replace(/\/$/, '')}/ledger` : url;
  return verifyLedger({ url: prefix, token: options.token }, trust, { progress: lines(url, progress) });
};

/** A line about every 10,000 entries and one at the end. */
const lines =
  (name: string, progress: Progress) =>
  ({ verified, total }: { readonly verified: number; readonly total: number }): void => {
    if (total > 0 && (verified === total || verified % 10_240 === 0))
      progress(`${name}: ${verified} of ${total} entries verified`);
  };

const verdictOf = (report: LedgerReport): LedgerVerdict => ({
  size: report.size,
  root: report.root ?? EMPTY_ROOT,
  verified: report.ok,
  ...(report.fault === undefined ? {} : { fault: describe(report) }),
});

const describe = ({ origin, ok, size, root, fault }: LedgerReport): string => {
  const name = origin ?? 'ledger';
  if (ok) return `${name}: verified, ${size} entries, root ${root ?? '(empty)'}`;
  const where = fault?.position === undefined ? '' : ` at entry ${fault.position}`;
  const event = fault?.eventId === undefined ? '' : ` (event ${fault.eventId})`;
  return `${name}: ${fault?.what ?? 'FAULT'}${where}${event}: expected ${fault?.expected ?? ''}, found ${fault?.found ?? ''}`;
};
