import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from './config.js';
import { HubFault } from './faults.js';
import { startInOneProcess } from './one-process-fleet.js';
import { type DemoReport, faultOf } from './report.js';
import { useRulesOf } from './rules-file.js';
import { readScenario, type Scenario } from './scenario/scenario-file.js';
import { tellingFaults } from './say.js';
import { openSession } from './session.js';

interface Verdict {
  readonly file: string;
  readonly scenario: string;
  readonly ok: boolean;
  /** Why it is not ok: a stable code and what was found. */
  readonly fault?: string;
  readonly report?: DemoReport;
}

/**
 * `delta-hub scenario`: plays each file on four fresh nodes in this process. All files are read before the first is
 * played: one that is no scenario is told at once.
 * @throws HubFault `RULES_INVALID`, `SCENARIO_INVALID`, `SCENARIO_FAILED` when one did not end as it says
 */
export const checkScenarios = async (files: readonly string[], { json }: { readonly json: boolean }): Promise<void> => {
  const verdicts = await tellingFaults(json, () => playAll(files, json));
  const failed = verdicts.filter(({ ok }) => !ok);
  if (json) process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, scenarios: verdicts })}\n`);
  if (failed.length > 0)
    throw new HubFault('SCENARIO_FAILED', `${failed.length} of ${verdicts.length} did not end as they say`);
};

const playAll = async (files: readonly string[], json: boolean): Promise<readonly Verdict[]> => {
  useRulesOf(loadConfig().DELTA_HUB_RULES);
  const scenarios = files.map((file) => ({ file, scenario: readScenario(file) }));
  const verdicts: Verdict[] = [];
  for (const { file, scenario } of scenarios) {
    const verdict = await check(file, scenario);
    verdicts.push(verdict);
    const fault = verdict.fault === undefined ? '' : `\n       ${verdict.fault}`;
    const line = `${verdict.ok ? 'ok    ' : 'NOT OK'} ${scenario.scenario}: ${scenario.title}${fault}\n`;
    (json ? process.stderr : process.stdout).write(line);
  }
  return verdicts;
};

const check = async (file: string, scenario: Scenario): Promise<Verdict> => {
  const known = { file, scenario: scenario.scenario };
  try {
    const report = await play(scenario);
    const fault = faultOf(report);
    return { ...known, ok: fault === undefined, ...(fault && { fault: told(fault) }), report };
  } catch (error) {
    if (!(error instanceof HubFault)) throw error;
    return { ...known, ok: false, fault: told(error) };
  }
};

const told = ({ code, message }: HubFault): string => `${code}: ${message}`;

const play = async (scenario: Scenario): Promise<DemoReport> => {
  const data = mkdtempSync(join(tmpdir(), 'delta-hub-scenario-'));
  try {
    const session = await openSession({ data, port: 0, say: () => undefined, start: startInOneProcess });
    try {
      return await session.play(scenario);
    } finally {
      await session.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};
