import { exportLog } from '@delta-hub/ledger-app';
import { nodeDirectory } from './ledger-source.js';
import { progressLines } from './progress.js';

/** `delta-hub ledger export`: a node's log as static files. @throws HubFault, LedgerFault */
export const ledgerExport = async (source: string, to: string, { json }: { readonly json: boolean }): Promise<void> => {
  const exported = await exportLog(nodeDirectory(source), to, progressLines(source));
  const { origin, size, written, kept } = exported;
  process.stdout.write(
    json
      ? `${JSON.stringify(exported)}\n`
      : `${origin}: ${size} entries exported to ${to}, ${written} files written, ${kept} were there\n`,
  );
};
