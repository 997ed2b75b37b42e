import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { trustedHistory } from '@delta-hub/crypto';
import { formatTreeHead, rootOfLeaves, signNote } from '@delta-hub/ledger';
import { openDatabase } from '../database-file.js';
import type { SignedHead } from '../ledger-store.js';
import { headSigner, headVerifiers, originOf, sha256Tree } from '../log-identity.js';
import { sampleKeys } from '../testing/sample-node.js';
import { Witness } from './witness.js';
import { witnessFile } from './witness-file.js';
import { witnessSigner } from './witness-keys.js';
import { WitnessedHeads } from './witnessed-heads.js';

const ORIGIN = originOf('31');
const { trust, keys } = sampleKeys('31', '32');
const history = trustedHistory(trust, '31');
const log = headSigner(history, '31', keys[0]!.ledgerKey);
const rootOf = (name: string): Uint8Array => rootOfLeaves(sha256Tree, [sha256Tree.leaf(Buffer.from(name))]);
const noteOf = (name: string): string => signNote(formatTreeHead({ origin: ORIGIN, size: 1, root: rootOf(name) }), log);
const bodyOf = (name: string): string => `old 0\n\n${noteOf(name)}`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'delta-hub-witness-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What is remembered, while another process does something right after it is read for the first time. */
class OvertakenHeads extends WitnessedHeads {
  meanwhile: (() => void) | undefined;

  override read(origin: string): SignedHead | undefined {
    const head = super.read(origin);
    const { meanwhile } = this;
    this.meanwhile = undefined;
    meanwhile?.();
    return head;
  }
}

/** A witness in a process of its own, as far as the file can tell. */
const open = () => {
  const path = join(directory, 'witness.db');
  const db = openDatabase(path, witnessFile);
  const heads = new OvertakenHeads(path, db);
  const witness = new Witness({
    logs: new Map([[ORIGIN, () => headVerifiers(history, '31')]]),
    signer: witnessSigner(trust, '32', keys[1]!.witnessKey),
    heads,
    now: () => 1_741_570_260,
    forked: () => undefined,
  });
  return { db, heads, witness };
};

it('a head that another process cosigned between decision and write is not replaced by its sibling', () => {
  const [slow, fast] = [open(), open()];
  let first: number | undefined;
  slow.heads.meanwhile = () => (first = fast.witness.addCheckpoint(bodyOf('one history')).status);
  const second = slow.witness.addCheckpoint(bodyOf('another history'));
  expect([first, second]).toEqual([200, { status: 409, type: 'text/x.tlog.size', body: '1\n' }]);
  expect(slow.heads.read(ORIGIN)?.root).toEqual(rootOf('one history'));
  for (const { db } of [slow, fast]) db.close();
});
