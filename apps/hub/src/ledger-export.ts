import { exportLog, type UrlSource } from '@delta-hub/ledger-app';
import { HubFault } from './faults.js';
import { ledgerAddress, nodeDirectory } from './ledger-source.js';
import { progressLines } from './progress.js';

interface Options {
  readonly token?: string;
  readonly json: boolean;
}

/** `delta-hub ledger export`: a node's log as static files. @throws HubFault, LedgerFault */
export const ledgerExport = async (source: string, to: string, { token, json }: Options): Promise<void> => {
  const exported = await exportLog(sourceIn(source, token), to, progressLines(source));
  const { origin, size, cosignatures, written, kept } = exported;
  process.stdout.write(
    json
      ? `${JSON.stringify(exported)}\n`
      : `${origin}: ${size} entries exported to ${to} under a head with ${cosignatures} cosignatures, ${written} files written, ${kept} were there\n`,
  );
};

const sourceIn = (source: string, token: string | undefined): string | UrlSource => {
  if (!/^https?:\/\//.test(source)) return nodeDirectory(source);
  if (token === undefined) throw new HubFault('USAGE', 'an address needs --token (of an inspector)');
  return { url: ledgerAddress(source), token };
};
