import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertOk, type DemoReport, renderReport } from './report.js';
import { say, tellingFaults } from './say.js';
import { G0, readScenario } from './scenario/scenario-file.js';
import { openSession } from './session.js';

interface DemoOptions {
  readonly data?: string;
  /** G0 when absent. */
  readonly scenario?: string;
  readonly port: number;
  readonly json: boolean;
}

/**
 * `delta-hub demo`: a scenario from start to verified end.
 * @throws HubFault `SCENARIO_INVALID`, `STEP_REFUSED` (an act did not end as its step says), `SCENARIO_FAILED` (an
 * expectation was not met), `VERIFICATION_FAILED`
 */
export const demo = async (options: DemoOptions): Promise<void> => {
  const report = await tellingFaults(options.json, () => play(options));
  say(options.json, report, renderReport(report));
  assertOk(report);
};

const play = async (options: DemoOptions): Promise<DemoReport> => {
  const scenario = readScenario(options.scenario ?? G0);
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'delta-hub-demo-'));
  const progress = options.json ? process.stderr : process.stdout;
  try {
    const session = await openSession({ data, port: options.port, say: (line) => progress.write(`${line}\n`) });
    try {
      return await session.play(scenario);
    } finally {
      await session.close();
    }
  } finally {
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  }
};
