// A process that is to be hurt: a node's ledger that witnesses, on a directory that another process may hold too.
// `witness-process.ts DIRECTORY`; tells its address on standard output and then runs until it is killed.
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseTrustList, type PrivateJwk } from '@delta-hub/crypto';
import { InMemoryEventStore } from '@delta-hub/event-store';
import { createLedgerApp } from '@delta-hub/ledger-app/service';

const [directory = ''] = process.argv.slice(2);
const { node, ledgerKey, witnessKey, trust } = JSON.parse(readFileSync(join(directory, 'keys.json'), 'utf8')) as {
  readonly node: string;
  readonly ledgerKey: PrivateJwk;
  readonly witnessKey: PrivateJwk;
  readonly trust: unknown;
};
const app = await createLedgerApp({
  node,
  dataDir: directory,
  eventStore: new InMemoryEventStore(),
  ledgerKey,
  trust: parseTrustList(trust),
  clock: { now: () => new Date().toISOString() },
  verifyToken: () => Promise.reject(new Error('nobody asks')),
  recordInspection: () => Promise.reject(new Error('nobody replays')),
  witnessing: { key: witnessKey },
  port: 0,
  host: '127.0.0.1',
});
writeSync(1, `${app.url}\n`);
