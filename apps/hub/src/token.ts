import { agencyById } from '@delta-hub/contracts';
import type { Role } from '@delta-hub/crypto';
import { loadConfig } from './config.js';
import { HubFault } from './faults.js';
import { mintDevToken } from './issuer.js';
import { isNodeId } from './nodes.js';

const ROLES: readonly string[] = ['officer', 'office-officer', 'inspector', 'operator', 'recipient'] satisfies Role[];

/** `delta-hub token`: prints a development token. */
export const token = async (options: {
  readonly node: string;
  readonly agency: string;
  readonly role: string;
  readonly officer: string;
  readonly juvenile: boolean;
  readonly ttl: number;
  readonly data: string;
  readonly json: boolean;
}): Promise<void> => {
  const { node, agency, role, officer } = options;
  if (!isNodeId(node)) throw new HubFault('USAGE', `--node: ${node} is not one of 31, 32, 33, 34`);
  const entry = agencyById(agency);
  if (entry === undefined)
    throw new HubFault(
      'USAGE',
      `--agency: the directory has no agency ${agency}; a county agency is cca-<division code>`,
    );
  if (entry.node !== node)
    throw new HubFault('USAGE', `--agency: ${agency} belongs to node ${entry.node}, not ${node}`);
  if (!ROLES.includes(role)) throw new HubFault('USAGE', `--role: ${role} is not one of ${ROLES.join(', ')}`);
  if (officer.trim() === '') throw new HubFault('USAGE', '--officer: the number of an officer is needed');
  const duty = options.juvenile ? { duty: 'juvenile' as const } : {};
  const caller = { officerId: officer, role: role as Role, agencyId: agency, node, ...duty };
  const minted = await mintDevToken(options.data, loadConfig(), caller, options.ttl);
  process.stdout.write(options.json ? `${JSON.stringify({ token: minted })}\n` : `${minted}\n`);
};
