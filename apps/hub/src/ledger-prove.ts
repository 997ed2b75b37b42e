import { parseTrustList } from '@delta-hub/crypto';
import { checkEvidence } from '@delta-hub/ledger-app';
import { writeFileSync } from 'node:fs';
import { readJson } from './data-dir.js';
import { HubFault } from './faults.js';

interface Options {
  readonly token: string;
  readonly trust?: string;
  readonly out?: string;
  readonly json: boolean;
}

/**
 * `delta-hub ledger prove`: fetches the evidence bundle of an event from a node, checks it, and writes it to a file. With
 * `trust`, keys and policy are compared with that trust list too.
 * @throws HubFault `UNREACHABLE`, `VERIFICATION_FAILED` naming the first failed check
 */
export const ledgerProve = async (url: string, eventId: string, options: Options): Promise<void> => {
  const zip = await fetched(
    `${url.replace(/\/$/, '')}/ledger/evidence/${encodeURIComponent(eventId)}.zip`,
    options.token,
  );
  const verdict = checkEvidence(zip, options.trust === undefined ? undefined : parseTrustList(readJson(options.trust)));
  if (!verdict.ok) throw new HubFault('VERIFICATION_FAILED', `the bundle of ${eventId}: ${verdict.code}`);
  const { index, size, level, origin } = verdict.facts;
  const file = options.out ?? `evidence-${eventId}.zip`;
  writeFileSync(file, zip);
  const isAnchored = options.trust !== undefined;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ok: true, eventId, file, origin, index, size, level, isAnchored })}\n`
      : `${file}: event ${eventId} is entry ${index} of ${size} in ${origin}, level ${level}${isAnchored ? '' : '; no trust list given, keys not compared'}\n`,
  );
};

const fetched = async (address: string, token: string): Promise<Uint8Array> => {
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
