import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, type PrivateJwk, sha256, signerFromJwk, verifyBytes, vkeyOf } from '@delta-hub/crypto';
import { ED25519, keyIdOf, type NoteSigner, type NoteVerifier } from '@delta-hub/ledger';
import { ledgerPaths } from '../ledger-paths.js';
import { LedgerReader } from '../ledger-reader.js';
import { sha256Tree } from '../log-identity.js';
import { Sequencer } from '../sequencer.js';
import { signHead } from '../signed-head.js';
import { openLedgerStore } from '../sqlite-ledger-store.js';
import { openLockStore } from '../sqlite-lock-store.js';
import { AddQueue } from './add-queue.js';

/** First line of a scratch log's checkpoints and name of its key: never that of a node's log. */
const ORIGIN = 'delta-hub.cn/scratch';

/** A log that takes any bytes, for tools that try logs. It has the files, the sequencer and the read API of a node's log. */
export interface ScratchLog {
  /** The verifier key of its checkpoints, C2SP signed-note. */
  readonly vkey: string;
  readonly reader: LedgerReader;
  readonly queue: AddQueue;
  close(): void;
}

/**
 * Opens the scratch log in a directory of its own, which keeps its key; made where there is none.
 * @throws LedgerFault as every log; `LEDGER_OF_ANOTHER_NODE` in a node's directory
 */
export const openScratchLog = (directory: string): ScratchLog => {
  mkdirSync(directory, { recursive: true });
  const key = keyIn(join(directory, 'scratch-key.json'));
  const { signer, verifier } = notesOf(key);
  const paths = ledgerPaths(directory);
  const store = openLedgerStore(paths.ledger);
  try {
    const lock = openLockStore(paths.lock);
    try {
      const sequencer = new Sequencer({ origin: ORIGIN, tree: sha256Tree, store, lock, verifiers: [verifier] }, signer);
      // Tools begin with a checkpoint; there is only one tree without leaves, so its head need not be kept.
      const empty = signHead({ origin: ORIGIN, size: 0, root: sha256Tree.empty }, signer);
      return {
        vkey: vkeyOf(ORIGIN, publicHalf(key)),
        reader: new LedgerReader(store, () => sequencer.head ?? empty),
        queue: new AddQueue(sequencer, store),
        close: () => sequencer.close(),
      };
    } catch (error) {
      lock.close();
      throw error;
    }
  } catch (error) {
    store.close();
    throw error;
  }
};

const keyIn = (file: string): PrivateJwk => {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as PrivateJwk;
  const { privateJwk } = generateKeyPair();
  writeFileSync(file, `${JSON.stringify(privateJwk)}\n`, { flag: 'wx', mode: 0o600 });
  return privateJwk;
};

const publicHalf = ({ kty, crv, x }: PrivateJwk) => ({ kty, crv, x }) as const;

const notesOf = (key: PrivateJwk): { readonly signer: NoteSigner; readonly verifier: NoteVerifier } => {
  const publicKey = new Uint8Array(Buffer.from(key.x, 'base64url'));
  const name = { name: ORIGIN, keyId: keyIdOf(sha256, ORIGIN, ED25519, publicKey) };
  const publicJwk = publicHalf(key);
  const signer = signerFromJwk(key, ORIGIN);
  return {
    signer: { ...name, sign: (text) => signer.sign(text) },
    verifier: { ...name, verify: (text, signature) => verifyBytes(text, signature, publicJwk) },
  };
};
