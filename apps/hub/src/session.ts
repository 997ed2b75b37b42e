import { existsSync, mkdirSync } from 'node:fs';
import { agencyById } from '@delta-hub/contracts';
import { type HubConfig, loadConfig } from './config.js';
import { initialise, paths, readJson, writeJson } from './data-dir.js';
import { type Fleet, type FleetOptions, startFleet } from './fleet.js';
import { mintDevToken } from './issuer.js';
import { verifyNode } from './ledger-verify.js';
import { lockDirectory } from './lock.js';
import { HubFault } from './faults.js';
import type { NodeId } from './nodes.js';
import { type DemoReport, type LedgerVerdict, makeReport } from './report.js';
import { useRulesOf } from './rules-file.js';
import { runScenario, startOf } from './scenario/run-scenario.js';
import type { Actor, Scenario } from './scenario/scenario-file.js';
import type { Progress } from './scenario/stage.js';

/** A running hub on one machine, from its data directory. */
export interface Session {
  readonly fleet: Fleet;
  /** Plays a scenario from where it was left, or not at all when it has been played; then reports. */
  play(scenario: Scenario): Promise<DemoReport>;
  close(): Promise<void>;
}

interface Options {
  /** Starts the nodes: one process each unless said otherwise. */
  readonly start?: (options: FleetOptions) => Promise<Fleet>;
  readonly data: string;
  readonly port: number;
  readonly say: (line: string) => void;
}

/** @throws HubFault `DATA_DIR_IN_USE` and whatever keeps a node from starting */
export const openSession = async ({ data, port, say, start = startFleet }: Options): Promise<Session> => {
  const config = loadConfig();
  useRulesOf(config.DELTA_HUB_RULES);
  mkdirSync(data, { recursive: true });
  const lock = lockDirectory(paths(data).lock, 0);
  try {
    initialise(data, new Date().toISOString());
    say('starting the four nodes');
    const fleet = await start({
      dataDir: data,
      host: config.DELTA_HUB_HOST,
      port,
      environment: config.DELTA_HUB_ENV,
      say,
    });
    return {
      fleet,
      play: (scenario) => Promise.race([play(data, config, fleet, scenario, say), fleet.failed]),
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
  scenario: Scenario,
  say: (line: string) => void,
): Promise<DemoReport> => {
  const tokenFor = (actor: Actor): Promise<string> => mintDevToken(data, config, callerOf(actor), 600);
  const file = paths(data).play;
  const from = existsSync(file) ? (readJson(file) as Progress) : startOf(scenario);
  if (from.scenario !== scenario.scenario)
    throw new HubFault(
      'DATA_DIR_INVALID',
      `${data} has played ${from.scenario}: another scenario needs another directory`,
    );
  if (from.done === scenario.steps.length) say('the play has been played before; its facts are kept');
  const progress = await runScenario(scenario, from, { fleet, tokenFor, say, save: (now) => writeJson(file, now) });
  say('verifying the ledgers');
  const verify = (node: NodeId): Promise<LedgerVerdict> => verifyNode(paths(data).node(node));
  const report = await makeReport(scenario, progress, { fleet, tokenFor, verify });
  // With the wall clock the limits of cases that were left open pass: nothing of that belongs to the report.
  await fleet.release();
  return report;
};

/** The caller that an actor's token is minted for. */
const callerOf = ({ agency, role, officer, duty }: Actor) => {
  const node = (agencyById(agency)?.node ?? '') as NodeId;
  return {
    officerId: officer ?? `officer-${agency.replace(/^[a-z]+-/, '')}-001`,
    role,
    agencyId: agency,
    node,
    ...(duty && { duty }),
  };
};
