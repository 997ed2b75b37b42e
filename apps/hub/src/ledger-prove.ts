import { parseTrustList } from '@delta-hub/crypto';
import { checkEvidence, proveFromDirectory } from '@delta-hub/ledger-app';
import { writeFileSync } from 'node:fs';
import { nodePaths, readJson } from './data-dir.js';
import { HubFault } from './faults.js';
import { nodeDirectory } from './ledger-source.js';

interface Options {
  readonly token?: string;
  readonly trust?: string;
  readonly out?: string;
  readonly json: boolean;
}

/**
 * `delta-hub ledger prove`: the evidence bundle of an event, from the address of a node or from its directory; checks it,
 * and writes it to a file. With `trust`, keys and policy are compared with that trust list too; a directory has its own.
 * @throws HubFault `USAGE`, `UNREACHABLE`, `VERIFICATION_FAILED` naming the first failed check; LedgerFault
 */
export const ledgerProve = async (source: string, eventId: string, options: Options): Promise<void> => {
  const isAddress = /^https?:\/\//.test(source);
  const zip = isAddress ? await fetched(source, eventId, options.token) : madeFrom(nodeDirectory(source), eventId);
  const trustFile = options.trust ?? (isAddress ? undefined : nodePaths(nodeDirectory(source)).trust);
  const verdict = checkEvidence(zip, trustFile === undefined ? undefined : parseTrustList(readJson(trustFile)));
  if (!verdict.ok) throw new HubFault('VERIFICATION_FAILED', `the bundle of ${eventId}: ${verdict.code}`);
  const { index, size, level, origin } = verdict.facts;
  const file = options.out ?? `evidence-${eventId}.zip`;
  writeFileSync(file, zip);
  const isAnchored = trustFile !== undefined;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: true, eventId, file, origin, index, size, level, isAnchored })}\n`
      : `${file}: event ${eventId} is entry ${index} of ${size} in ${origin}, level ${level}${isAnchored ? '' : '; no trust list given, keys not compared'}\n`,
  );
};

const madeFrom = (directory: string, eventId: string): Uint8Array => {
  const bundle = proveFromDirectory(directory, parseTrustList(readJson(nodePaths(directory).trust)), eventId);
  if (bundle !== undefined) return bundle.zip;
  throw new HubFault('USAGE', `event ${eventId} is under no signed head of ${directory}`);
};

const fetched = async (url: string, eventId: string, token: string | undefined): Promise<Uint8Array> => {
  if (token === undefined) throw new HubFault('USAGE', 'an address needs --token');
  const address = `${url.replace(/\/$/, '')}/ledger/evidence/${encodeURIComponent(eventId)}.zip`;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(address, { headers, redirect: 'error' }).catch((error: unknown) => {
    throw new HubFault('UNREACHABLE', `${address} does not answer`, { cause: error });
  });
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  const { code = answer.status, detail = '' } = (await answer.json().catch(() => ({}))) as {
    readonly code?: string;
    readonly detail?: string;
  };
  throw new HubFault('UNREACHABLE', `${address}: ${code} ${detail}`.trim());
};
