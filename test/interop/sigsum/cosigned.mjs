// `cosigned.mjs <witness> <its key, hex> <dir>`: a foreign witness is brought to the heads of the scratch log in <dir>
// by the code with which a node asks its witnesses. sigsum-witness knows a log by its key and takes only the name that
// Sigsum gives to that, so the same trees are signed here under that name.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, signerFromJwk } from '../../../libs/crypto/dist/index.js';
import {
  addSignatures,
  COSIGNATURE_V1,
  ED25519,
  fromBase64,
  keyIdOf,
  openNote,
  toBase64,
} from '../../../libs/ledger/dist/index.js';
import { signHead } from '../../../apps/ledger/dist/signed-head.js';
import { openLedgerStore } from '../../../apps/ledger/dist/sqlite-ledger-store.js';
import { httpWire } from '../../../apps/ledger/dist/witness/wire.js';
import { cosignerOf } from '../../../apps/ledger/dist/witness/witness-keys.js';
import { WitnessLink } from '../../../apps/ledger/dist/witness/witness-link.js';

const [witness, witnessKey, dir] = process.argv.slice(2);
const [url] = readFileSync(join(dir, 'said.txt'), 'utf8').split('\n');
const hex = (bytes) => createHash('sha256').update(bytes).digest('hex');

const key = JSON.parse(readFileSync(join(dir, 'log/scratch-key.json'), 'utf8'));
const publicKey = new Uint8Array(Buffer.from(key.x, 'base64url'));
/** The log's key under a name. */
const signerAs = (name) => {
  const signer = signerFromJwk(key, name);
  return { name, keyId: keyIdOf(sha256, name, ED25519, publicKey), sign: (text) => signer.sign(text) };
};
const origin = `sigsum.org/v1/tree/${hex(publicKey)}`;
const signer = signerAs(origin);

const cosignerKey = new Uint8Array(Buffer.from(witnessKey.trim(), 'hex'));
const name = `sigsum.org/v1/witness/${hex(cosignerKey)}`;
const keyId = keyIdOf(sha256, name, COSIGNATURE_V1, cosignerKey);
const verifier = cosignerOf({ name, type: COSIGNATURE_V1, publicKey: cosignerKey, keyId });

const begun = Math.floor(Date.now() / 1_000);
/** Sizes of the heads whose cosignature was kept; each verifies as a line of the note. */
const kept = [];
const cosigned = {
  lastOf: () => undefined,
  add: ({ size, note }, { line, time }) => {
    ok(openNote(addSignatures(note, [line]), [verifier]).ok);
    ok(begun <= time && time <= Date.now() / 1_000);
    kept.push(size);
  },
};
const store = openLedgerStore(join(dir, 'log/ledger.db'));
const log = { origin, store, verifiers: [], head: () => undefined };
/** The way to the witness of a node that has just started and remembers nothing of it. */
const link = () => new WitnessLink({ verifier, url: () => witness }, { log, wire: httpWire, cosigned });

let leaves = 0;
const add = async (count) => {
  for (const most = leaves + count; leaves < most; leaves += 1)
    await fetch(`${url}/add`, { method: 'POST', body: `leaf ${leaves}` });
  const [, size, root] = (await (await fetch(`${url}/checkpoint`)).text()).split('\n');
  return signHead({ origin, size: Number(size), root: fromBase64(root) }, signer);
};

const first = link();
let head = await add(3);
equal(await first.push(head), undefined);
equal(await first.push(head), undefined);
head = await add(300);
equal(await first.push(head), undefined);
// Answered 409 with the size that it has, and brought on from there.
head = await add(5);
equal(await link().push(head), undefined);
deepEqual(kept, [3, 3, 303, 308]);

const other = { size: head.size, root: new Uint8Array(32).fill(1) };
await rejects(link().push(signHead({ origin, ...other }, signer)), /refused the proof from its own size/);
const forked = signHead({ origin, size: head.size + 1, root: other.root }, signer);
const { note } = signHead({ ...forked, origin: 'delta-hub.cn/ledger/32' }, signerAs('delta-hub.cn/ledger/32'));
const statusOf = async (body) => (await httpWire(`${witness}/add-checkpoint`, body)).status;
equal(await statusOf(`old ${head.size}\n${toBase64(other.root)}\n\n${forked.note}`), 422);
equal(await statusOf(`old 0\n\n${note}`), 404);
equal(kept.length, 4);
store.close();
console.log(`sigsum-witness cosigned ${head.size} entries`);
