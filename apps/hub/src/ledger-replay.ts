import { isInstant, parseTrustList } from '@delta-hub/crypto';
import { type AsOf, replayDirectory, type ReplayedEntry, type ReplayScope } from '@delta-hub/ledger-app';
import { nodePaths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { nodeDirectory } from './ledger-source.js';

export interface ReplayCommand {
  readonly asOf?: string;
  readonly case?: string;
  readonly person?: string;
  readonly agency?: string;
  readonly region?: string;
  readonly officer?: string;
  readonly reason?: string;
  readonly json: boolean;
}

/**
 * `delta-hub ledger replay`: the entries of a node's log, each verified; with --json one object a line, the moment first.
 * @throws HubFault `USAGE`, `VERIFICATION_FAILED` naming the first entry that does not verify; LedgerFault
 */
export const ledgerReplay = async (source: string, command: ReplayCommand): Promise<void> => {
  const directory = nodeDirectory(source);
  const trust = parseTrustList(readJson(nodePaths(directory).trust));
  const replayed = replayDirectory(directory, trust, {
    scope: scopeOf(command),
    asOf: asOfOf(command),
    ...inspectorOf(command),
  });
  try {
    const { origin, moment } = replayed;
    const root = Buffer.from(moment.root).toString('base64');
    await print(
      command.json
        ? JSON.stringify({ origin, size: moment.size, root, rule: moment.rule })
        : `${origin} as of ${moment.size} entries (${moment.rule}), root ${root}`,
    );
    let bad: ReplayedEntry | undefined;
    for (const entry of replayed.entries) {
      if (entry.verdict !== 'VERIFIED') bad ??= entry;
      await print(command.json ? JSON.stringify(entry) : lineOf(entry));
    }
    if (bad !== undefined) throw new HubFault('VERIFICATION_FAILED', `entry ${bad.index}: ${bad.verdict}`);
  } finally {
    replayed.close();
  }
};

const lineOf = ({ index, verdict, event }: ReplayedEntry): string =>
  event === undefined
    ? `${index} ${verdict}`
    : `${index} ${verdict} ${event.time} ${event.type} ${event.subject} by ${event.actor?.officerId ?? event.source}`;

/** Waits for a reader that is slower than the replay. */
const print = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
};

const scopeOf = (command: ReplayCommand): ReplayScope => {
  const given = (['case', 'person', 'agency', 'region'] as const).filter((name) => command[name] !== undefined);
  const [name] = given;
  if (given.length > 1) throw new HubFault('USAGE', 'at most one of --case, --person, --agency and --region');
  if (name === undefined) return { kind: 'WHOLE' };
  const kinds = { case: 'CASE', person: 'PERSON', agency: 'AGENCY', region: 'REGION' } as const;
  return { kind: kinds[name], id: command[name] ?? '' };
};

const asOfOf = ({ asOf }: ReplayCommand): AsOf | undefined => {
  if (asOf === undefined) return undefined;
  const size = /^(0|[1-9]\d*)$/.test(asOf) ? Number(asOf) : undefined;
  if (Number.isSafeInteger(size)) return size;
  const instant: unknown = asOf;
  if (isInstant(instant)) return instant;
  throw new HubFault('USAGE', `--as-of: ${asOf} is neither a size nor an instant YYYY-MM-DDTHH:mm:ss.sssZ`);
};

/** Whoever may read the directory may replay it; for a person they leave a name and a reason. */
const inspectorOf = ({ person, officer, reason }: ReplayCommand) => {
  if (person === undefined) return {};
  if (officer === undefined || (reason ?? '').trim() === '')
    throw new HubFault('USAGE', '--person needs --officer and --reason: both are recorded in the node’s directory');
  return {
    inspector: { at: new Date().toISOString(), officerId: officer, agencyId: 'command-line', reason: reason ?? '' },
  };
};
