import { settleForks } from '@delta-hub/ledger-app';
import { existsSync } from 'node:fs';
import { nodePaths } from './data-dir.js';
import { HubFault } from './faults.js';
import { isNodeId } from './nodes.js';

/** `delta-hub ledger settle`: says why, and lets the facts of a node be accepted again within a minute. @throws HubFault */
export const ledgerSettle = (directory: string, { forked, reason }: { forked: string; reason: string }): void => {
  if (!existsSync(nodePaths(directory).identity))
    throw new HubFault('DATA_DIR_INVALID', `${directory} is not the directory of a node`);
  if (!isNodeId(forked)) throw new HubFault('USAGE', `--forked: ${forked} is not one of 31, 32, 33, 34`);
  if (reason.trim() === '') throw new HubFault('USAGE', '--reason: say what was found and decided');
  const settled = settleForks(directory, { forked, at: new Date().toISOString(), reason });
  process.stdout.write(`settled ${settled} fork${settled === 1 ? '' : 's'} of the log of node ${forked}\n`);
};
