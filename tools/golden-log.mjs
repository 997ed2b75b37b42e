// Writes test/vectors/golden-log: a whole log as `ledger export` writes it, 300 events under the test keys of the evidence
// vectors. `--check` writes nothing and fails when today's program would write other bytes: a log once published stays readable.
// Needs a build: npm run build && node tools/golden-log.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { trustedHistory } from '../libs/crypto/dist/index.js';
import { exportLog } from '../apps/ledger/dist/export/export-log.js';
import { ledgerPaths } from '../apps/ledger/dist/ledger-paths.js';
import { headSigner, headVerifiers, originOf, sha256Tree } from '../apps/ledger/dist/log-identity.js';
import { Sequencer } from '../apps/ledger/dist/sequencer.js';
import { openLedgerStore } from '../apps/ledger/dist/sqlite-ledger-store.js';
import { openLockStore } from '../apps/ledger/dist/sqlite-lock-store.js';
import { event, jwkOf, signed, trustList } from './evidence-vectors/parts.mjs';
import { compare, filesIn, isCheck } from './written.mjs';

const GOLDEN = fileURLToPath(new URL('../test/vectors/golden-log', import.meta.url));
const NODE = '32';
/** One full tile and a partial one. */
const SIZE = 300;

const leafOf = (number) => {
  const content = event(number);
  const leaf = signed(content);
  const place = { stream: content.subject, revision: BigInt(number), storePosition: BigInt(number + 1) };
  return { eventId: content.id, leaf, leafHash: sha256Tree.leaf(leaf), ...place };
};

/** The log in a node's directory, by the program's own sequencer. */
const sequence = (directory) => {
  const paths = ledgerPaths(directory);
  const store = openLedgerStore(paths.ledger);
  const lock = openLockStore(paths.lock);
  const keys = trustedHistory(trustList, NODE);
  const parts = { origin: originOf(NODE), tree: sha256Tree, verifiers: headVerifiers(keys, NODE), store, lock };
  const sequencer = new Sequencer(parts, headSigner(keys, NODE, jwkOf(`${NODE} ledger`)));
  sequencer.append(Array.from({ length: SIZE }, (_, number) => leafOf(number)));
  sequencer.close();
  store.close();
  lock.close();
};

const checks = isCheck('golden-log');
const scratch = mkdtempSync(join(tmpdir(), 'golden-log-'));
try {
  sequence(scratch);
  if (checks) {
    const written = join(scratch, 'files');
    await exportLog(scratch, written);
    compare('golden-log', filesIn(written), filesIn(GOLDEN));
  } else {
    rmSync(GOLDEN, { recursive: true, force: true });
    await exportLog(scratch, GOLDEN);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
