import { type AsOf, asOfIn, type ReplayedEntry, type ReplayLine, type ReplayScope } from '@delta-hub/ledger-app';
import { agencyById } from '@delta-hub/contracts';
import { HubFault } from './faults.js';
import { isNodeId } from './nodes.js';
import { linesOfAddress, linesOfDirectory } from './replay-source.js';

export interface ReplayCommand {
  readonly asOf?: string;
  readonly case?: string;
  readonly person?: string;
  readonly agency?: string;
  readonly region?: string;
  readonly officer?: string;
  readonly reason?: string;
  readonly token?: string;
  /** Index of the first entry that is looked at. */
  readonly from?: number;
  readonly json: boolean;
}

/**
 * `delta-hub ledger replay`: the entries of a node's log, each verified; with --json one object a line, the moment first
 * and the end last.
 * @throws HubFault `USAGE`, `UNREACHABLE`, `VERIFICATION_FAILED` naming the first entry that does not verify; LedgerFault
 */
export const ledgerReplay = async (source: string, command: ReplayCommand): Promise<void> => {
  let verdict: { readonly verdict: string; readonly at?: number } | undefined;
  for await (const line of linesOf(source, command)) {
    await print(command.json ? JSON.stringify(line) : textOf(line));
    if ('end' in line) verdict = line.end;
  }
  if (verdict === undefined)
    throw new HubFault('UNREACHABLE', `${source}: the replay was cut off; go on with --as-of <size> --from <index>`);
  const { verdict: said, at = '' } = verdict;
  if (said !== 'VERIFIED') throw new HubFault('VERIFICATION_FAILED', `entry ${at}: ${said}`);
};

const linesOf = (source: string, command: ReplayCommand): AsyncIterable<ReplayLine> => {
  const { token, reason, from = 0 } = command;
  const question = { scope: scopeIn(command), asOf: asOfOf(command) };
  if (!/^https?:\/\//.test(source)) return linesOfDirectory(source, { ...question, ...inspectorOf(command) }, from);
  if (token === undefined) throw new HubFault('USAGE', 'an address needs --token (of an inspector)');
  return linesOfAddress(source, { ...question, from, reason, token });
};

const textOf = (line: ReplayLine): string => {
  if ('end' in line) return `${line.end.entries} entries, ${line.end.bad} bad: ${line.end.verdict}`;
  if ('verdict' in line) return lineOf(line);
  const { origin, size, rule, level, root } = line;
  return `${origin} as of ${size} entries (${rule}, ${level}), root ${root}`;
};

const lineOf = ({ index, verdict, event }: ReplayedEntry): string =>
  event === undefined
    ? `${index} ${verdict}`
    : `${index} ${verdict} ${event.time} ${event.type} ${event.subject} by ${event.actor?.officerId ?? event.source}`;

/** Waits for a reader that is slower than the replay. */
const print = async (line: string): Promise<void> => {
  if (!process.stdout.write(`${line}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
};

const scopeIn = (command: ReplayCommand): ReplayScope => {
  const given = (['case', 'person', 'agency', 'region'] as const).filter((name) => command[name] !== undefined);
  const [name] = given;
  if (given.length > 1) throw new HubFault('USAGE', 'at most one of --case, --person, --agency and --region');
  if (name === undefined) return { kind: 'WHOLE' };
  const { region, agency } = command;
  // Nothing is found of what there is not, and nothing found would look like nothing done.
  if (region !== undefined && !isNodeId(region))
    throw new HubFault('USAGE', `--region: ${region} is not one of 31, 32, 33, 34`);
  if (agency !== undefined && agencyById(agency) === undefined)
    throw new HubFault('USAGE', `--agency: the directory has no agency ${agency}`);
  const kinds = { case: 'CASE', person: 'PERSON', agency: 'AGENCY', region: 'REGION' } as const;
  return { kind: kinds[name], id: command[name] ?? '' };
};

const asOfOf = ({ asOf }: ReplayCommand): AsOf | undefined => {
  if (asOf === undefined) return undefined;
  const found = asOfIn(asOf);
  if (found !== undefined) return found;
  throw new HubFault('USAGE', `--as-of: ${asOf} is neither a size nor an instant YYYY-MM-DDTHH:mm:ss.sssZ`);
};

/** Whoever may read the directory may replay it; for a person they leave a name and a reason. */
const inspectorOf = ({ person, officer, reason }: ReplayCommand) => {
  if (person === undefined) return {};
  if (officer === undefined || officer.trim() === '' || (reason ?? '').trim() === '')
    throw new HubFault('USAGE', '--person needs --officer and --reason: both are recorded in the node’s directory');
  return {
    inspector: { at: new Date().toISOString(), officerId: officer, agencyId: 'command-line', reason: reason ?? '' },
  };
};
