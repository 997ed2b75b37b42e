import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertOk, renderReport } from './report.js';
import { G0, readScenario } from './scenario/scenario-file.js';
import { openSession } from './session.js';

/**
 * `delta-hub demo`: a scenario from start to verified end.
 * @throws HubFault `SCENARIO_INVALID`, `SCENARIO_FAILED` (an expectation was not met), `VERIFICATION_FAILED`
 */
export const demo = async (options: {
  readonly data?: string;
  /** G0 when absent. */
  readonly scenario?: string;
  readonly port: number;
  readonly json: boolean;
}): Promise<void> => {
  const scenario = readScenario(options.scenario ?? G0);
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'delta-hub-demo-'));
  const progress = options.json ? process.stderr : process.stdout;
  const session = await openSession({ data, port: options.port, say: (line) => progress.write(`${line}\n`) });
  try {
    const report = await session.play(scenario);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${renderReport(report)}\n`);
    assertOk(report);
  } finally {
    await session.close();
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  }
};
