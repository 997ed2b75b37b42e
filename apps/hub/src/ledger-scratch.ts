import { once } from 'node:events';
import { serveScratchLog } from '@delta-hub/ledger-app/service';
import { mkdirSync } from 'node:fs';
import { loadConfig } from './config.js';
import { nodePaths } from './data-dir.js';
import { HubFault } from './faults.js';
import { lockDirectory } from './lock.js';

/** `delta-hub ledger scratch`: serves a log for tools that try logs, until it is told to end. */
export const ledgerScratch = async ({
  data,
  port,
}: {
  readonly data: string;
  readonly port: number;
}): Promise<void> => {
  if (loadConfig().DELTA_HUB_ENV === 'production')
    throw new HubFault('SCRATCH_IN_PRODUCTION', 'a scratch log takes leaves from everyone: it is for development only');
  mkdirSync(data, { recursive: true });
  const lock = lockDirectory(nodePaths(data).lock, 0);
  try {
    const server = await serveScratchLog(data, port);
    process.stdout.write(`${server.url}\n${server.vkey}\n`);
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
    await server.close();
  } finally {
    lock.release();
  }
};
