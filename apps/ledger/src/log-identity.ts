import {
  type KeyHistory,
  ledgerVkeysOf,
  type PrivateJwk,
  sha256,
  signerFromJwk,
  type TrustList,
  verifyBytes,
} from '@delta-hub/crypto';
import {
  ED25519,
  formatVerifierKey,
  keyIdOf,
  type NoteSigner,
  type NoteVerifier,
  parseVerifierKey,
  treeHasher,
} from '@delta-hub/ledger';
import { LedgerFault } from './ledger-fault.js';

/** SHA-256, as in every log of the hub and in C2SP tlog-tiles. */
export const sha256Tree = treeHasher(sha256);

/** The name of a node's log: first line of its checkpoints, and name of the keys that sign them. */
export const originOf = (node: string): string => `delta-hub.cn/ledger/${node}`;

const ORIGIN = /^delta-hub\.cn\/ledger\/([1-9]\d)$/;

/** The node whose log has this origin; undefined when it is no log of the hub. */
export const nodeOfOrigin = (origin: string): string | undefined => ORIGIN.exec(origin)?.[1];

/** Who may sign heads of a node's log, by the trust list. */
export const headVerifiers = (trust: TrustList, node: string): readonly NoteVerifier[] =>
  trust.nodes
    .filter((trusted) => trusted.node === node)
    .flatMap(({ ledgerKeys }) => ledgerKeys.map(({ vkey }) => verifierOf(vkey)))
    .filter((verifier) => verifier !== undefined);

/** As `headVerifiers`, with the ledger keys that were introduced since. */
export const introducedVerifiers = (keys: KeyHistory, node: string): readonly NoteVerifier[] =>
  ledgerVkeysOf(keys, node)
    .map(verifierOf)
    .filter((verifier) => verifier !== undefined);

const verifierOf = (vkey: string): NoteVerifier | undefined => {
  const key = parseVerifierKey(sha256, vkey);
  if (key?.type !== ED25519) return undefined;
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') } as const;
  return { ...key, verify: (text, signature) => verifyBytes(text, signature, publicJwk) };
};

/**
 * The key that signs this node's heads.
 * @throws LedgerFault `LEDGER_KEY_UNTRUSTED` when the trust list does not name it for this node's log
 * @throws CryptoError `KEY_INVALID`
 */
export const headSigner = (trust: TrustList, node: string, key: PrivateJwk): NoteSigner => {
  const name = originOf(node);
  const signer = signerFromJwk(key, name);
  const publicKey = new Uint8Array(Buffer.from(key.x, 'base64url'));
  const keyId = keyIdOf(sha256, name, ED25519, publicKey);
  const vkey = formatVerifierKey({ name, keyId, type: ED25519, publicKey });
  const trusted = trust.nodes.find((one) => one.node === node)?.ledgerKeys.map((one) => one.vkey) ?? [];
  if (!trusted.includes(vkey))
    throw new LedgerFault('LEDGER_KEY_UNTRUSTED', `the ledger key is not one that the trust list names for ${name}`, {
      expected: trusted.join(' ') || 'a ledger key of the node',
      found: vkey,
    });
  return { name, keyId, sign: (text) => signer.sign(text) };
};
