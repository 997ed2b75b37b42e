import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubFault } from './faults.js';
import { renderReport } from './report.js';
import { openSession } from './session.js';

/** `delta-hub demo`: the play from start to verified end. @throws HubFault `VERIFICATION_FAILED` when the report is not ok */
export const demo = async (options: {
  readonly data?: string;
  readonly port: number;
  readonly json: boolean;
}): Promise<void> => {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'delta-hub-demo-'));
  const progress = options.json ? process.stderr : process.stdout;
  const session = await openSession({ data, port: options.port, say: (line) => progress.write(`${line}\n`) });
  try {
    const report = await session.play();
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${renderReport(report)}\n`);
    if (!report.ok) throw new HubFault('VERIFICATION_FAILED', 'the play did not end as it must; see the report');
  } finally {
    await session.close();
    if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  }
};
