import { existsSync, mkdirSync } from 'node:fs';
import { type HubConfig, loadConfig } from './config.js';
import { initialise, paths, readJson, writeJson } from './data-dir.js';
import { type Fleet, startFleet } from './fleet.js';
import { mintDevToken } from './issuer.js';
import { verifyNode } from './ledger-verify.js';
import { lockDirectory } from './lock.js';
import type { NodeId } from './nodes.js';
import { playG0 } from './play.js';
import { type DemoReport, makeReport } from './report.js';
import type { Player } from './scenario-g0.js';

/** A running hub on one machine, from its data directory. */
export interface Session {
  readonly fleet: Fleet;
  /** Plays scenario G0 where it was left, or not at all when it has been played; then reports. */
  play(): Promise<DemoReport>;
  close(): Promise<void>;
}

interface Options {
  readonly data: string;
  readonly port: number;
  readonly say: (line: string) => void;
}

/** @throws HubFault `DATA_DIR_IN_USE` and whatever keeps a node from starting */
export const openSession = async ({ data, port, say }: Options): Promise<Session> => {
  const config = loadConfig();
  mkdirSync(data, { recursive: true });
  const lock = lockDirectory(paths(data).lock, 0);
  try {
    initialise(data, new Date().toISOString());
    say('starting the four nodes');
    const fleet = await startFleet({
      dataDir: data,
      host: config.DELTA_HUB_HOST,
      port,
      environment: config.DELTA_HUB_ENV,
      say,
    });
    return {
      fleet,
      play: () => Promise.race([play(data, config, fleet, say), fleet.failed]),
      close: async () => {
        await fleet.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const play = async (
  data: string,
  config: HubConfig,
  fleet: Fleet,
  say: (line: string) => void,
): Promise<DemoReport> => {
  const tokenFor = (who: Player | { readonly operatorOf: NodeId }): Promise<string> =>
    mintDevToken(data, config, callerOf(who), 600);
  const file = paths(data).play;
  let transferId: string;
  if (existsSync(file)) {
    say('the play has been played before; its facts are kept');
    ({ transferId } = readJson(file) as { transferId: string });
  } else {
    transferId = await playG0({ fleet, tokenFor, say });
    writeJson(file, { scenario: 'G0', transferId });
  }
  await fleet.release();
  say('verifying the ledgers');
  return makeReport(fleet, transferId, tokenFor, (node) => verifyNode(paths(data).node(node)));
};

const callerOf = (who: Player | { readonly operatorOf: NodeId }) =>
  'operatorOf' in who
    ? {
        officerId: 'operator-001',
        role: 'operator' as const,
        agencyId: `prov-${who.operatorOf}0000`,
        node: who.operatorOf,
      }
    : { officerId: who.officerId, role: who.role, agencyId: who.agencyId, node: who.node };
