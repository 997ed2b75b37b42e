import { parseTrustList } from '@delta-hub/crypto';
import { EventStoreError } from '@delta-hub/event-store';
import {
  type LedgerReport,
  parseVerifiedState,
  type VerifiedState,
  type VerifyLevel,
  verifyLedger,
  type VerifyOptions,
} from '@delta-hub/ledger-app';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from './config.js';
import { nodePaths, readJson, writeJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { ledgerAddress, nodeDirectories } from './ledger-source.js';
import { openNodeStore } from './node-store.js';
import { type NodeId, NODES } from './nodes.js';
import { progressLines } from './progress.js';
import type { LedgerVerdict } from './report.js';

/** Root of the empty tree, RFC 6962 section 2.1: SHA-256 of nothing. */
const EMPTY_ROOT = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
const SEQUENCED_WITHIN_MS = 30_000;

/** Verifies one node's directory once its log has everything that is stored; the node may be running. */
export const verifyNode = async (directory: string): Promise<LedgerVerdict> => {
  const until = Date.now() + SEQUENCED_WITHIN_MS;
  for (;;) {
    const report = await verifyNodeDirectory(directory, {});
    const isComplete = report.ok && report.behind === 0 && report.unsigned === 0;
    if (isComplete || !report.ok || Date.now() > until) return { ...verdictOf(report), verified: isComplete };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export interface VerifyCommand {
  readonly token?: string;
  readonly trust?: string;
  readonly level: VerifyLevel;
  /** The file of the state that was verified before; it is brought up to date on the way. */
  readonly since?: string;
  readonly json: boolean;
}

/** `delta-hub ledger verify`: one report a ledger. @throws HubFault `VERIFICATION_FAILED` naming the first faulty entry */
export const ledgerVerify = async (source: string, command: VerifyCommand): Promise<void> => {
  const reports = await reportsOf(source, command);
  if (command.json)
    process.stdout.write(`${JSON.stringify({ ok: reports.every(({ ok }) => ok), ledgers: reports })}\n`);
  else for (const report of reports) process.stdout.write(`${describe(report)}\n`);
  const bad = reports.find(({ ok }) => !ok);
  if (bad !== undefined) throw new HubFault('VERIFICATION_FAILED', describe(bad));
};

const reportsOf = async (source: string, command: VerifyCommand): Promise<readonly LedgerReport[]> => {
  const options = { ...optionsOf(command), progress: progressLines(source) };
  if (/^https?:\/\//.test(source)) {
    if (command.token === undefined) throw new HubFault('USAGE', 'an address needs --token (of an inspector)');
    return [await verifyLedger({ url: ledgerAddress(source), token: command.token }, trustOf(command), options)];
  }
  if (existsSync(join(source, 'checkpoint'))) return [await verifyLedger({ files: source }, trustOf(command), options)];
  const directories = nodeDirectories(source);
  if (command.since !== undefined && directories.length > 1)
    throw new HubFault('USAGE', '--since is about one log: name the directory of one node');
  const reports: LedgerReport[] = [];
  for (const dir of directories)
    reports.push(await verifyNodeDirectory(dir, { ...optionsOf(command), progress: progressLines(dir) }));
  return reports;
};

const trustOf = ({ trust }: VerifyCommand) => {
  if (trust === undefined) throw new HubFault('USAGE', 'an address or exported files need --trust (a trust list)');
  return parseTrustList(readJson(trust));
};

const optionsOf = ({ level, since }: VerifyCommand): VerifyOptions => {
  if (since === undefined) return { level };
  const verified = (state: VerifiedState): void => writeJson(since, state);
  if (!existsSync(since)) return { level, verified };
  const state = parseVerifiedState(readJson(since));
  if (state === undefined) throw new HubFault('USAGE', `--since: ${since} is no verified state`);
  if (state.level !== level) throw new HubFault('USAGE', `--since: ${since} was verified at level ${state.level}`);
  return { level, verified, since: state };
};

const verifyNodeDirectory = async (directory: string, options: VerifyOptions): Promise<LedgerReport> => {
  const files = nodePaths(directory);
  const { node } = (readJson(files.identity) ?? {}) as { node?: NodeId };
  if (!NODES.some(({ id }) => id === node) || node === undefined)
    throw new HubFault('DATA_DIR_INVALID', `${files.identity} names no node`);
  const trust = parseTrustList(readJson(files.trust));
  const opened = await openedStore(directory, node);
  if ('error' in opened) return verifyLedger({ directory, eventStore: opened }, trust, { node, ...options });
  const { store: eventStore, file } = opened;
  try {
    const source = { directory, eventStore, ...(file === undefined ? {} : { eventsFile: file }) };
    return await verifyLedger(source, trust, { node, ...options });
  } finally {
    await eventStore.close();
  }
};

/** The node's events; when they cannot be opened, a store that says so to whoever reads it: that is a fault of the log. */
const openedStore = async (directory: string, node: NodeId) => {
  const config = loadConfig();
  const { events } = nodePaths(directory);
  if (![events, join(directory, 'ledger.db')].some((file) => existsSync(file)) && config.DELTA_HUB_STORE === 'sqlite')
    throw new HubFault('DATA_DIR_INVALID', `${directory} has no log: its node was never started`);
  try {
    if (config.DELTA_HUB_STORE === 'sqlite' && !existsSync(events))
      throw new EventStoreError('UNAVAILABLE', `${events} is missing`);
    return await openNodeStore(directory, node, undefined, config);
  } catch (error) {
    // A server that is away is no fault of the log; a file that cannot be read is.
    if (config.DELTA_HUB_STORE !== 'sqlite' || !(error instanceof EventStoreError)) throw error;
    return { error, readAll: () => Promise.reject(error) };
  }
};

const verdictOf = (report: LedgerReport): LedgerVerdict => ({
  size: report.size,
  root: report.root ?? EMPTY_ROOT,
  verified: report.ok,
  ...(report.fault === undefined ? {} : { fault: describe(report) }),
});

const describe = ({ origin, ok, level, from, size, root, standing, fault }: LedgerReport): string => {
  const name = origin ?? 'ledger';
  if (ok) {
    const how = `${level === 'structure' ? ', structure only' : ''}${from > 0 ? `, from entry ${from} on` : ''}`;
    const believed = standing === undefined ? '' : `, ${standing.level}`;
    return `${name}: verified, ${size} entries, root ${root ?? '(empty)'}${how}${believed}`;
  }
  const where = fault?.position === undefined ? '' : ` at entry ${fault.position}`;
  const event = fault?.eventId === undefined ? '' : ` (event ${fault.eventId})`;
  return `${name}: ${fault?.what ?? 'FAULT'}${where}${event}: expected ${fault?.expected ?? ''}, found ${fault?.found ?? ''}`;
};
