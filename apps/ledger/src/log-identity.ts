import { type KeyHistory, ledgerKeysOf, type PrivateJwk, sha256, signerFromJwk, verifyBytes } from '@delta-hub/crypto';
import {
  ED25519,
  formatVerifierKey,
  keyIdOf,
  type NoteSigner,
  type NoteVerifier,
  parseTreeHead,
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

/**
 * Who may sign heads of a node's log. A key that was taken away signs no head that holds the entry which says so. Of another
 * node's log the entries have other indexes here: there it signs none any more.
 */
export const headVerifiers = (keys: KeyHistory, node: string): readonly NoteVerifier[] =>
  ledgerKeysOf(keys, node).flatMap(({ vkey, revoked }) => {
    const verifier = verifierOf(vkey);
    if (verifier === undefined || revoked === undefined) return verifier ?? [];
    const most = keys.home === node ? revoked.index : -1;
    return { ...verifier, verify: (text, signature) => sizeIn(text) <= most && verifier.verify(text, signature) };
  });

/** Every key that ever signed heads of a node's log: two heads of one log are a fork whenever they were signed. */
export const pastVerifiers = (keys: KeyHistory, node: string): readonly NoteVerifier[] =>
  ledgerKeysOf(keys, node).flatMap(({ vkey }) => verifierOf(vkey) ?? []);

/** The size that a head's text names; more than any when it is none. */
const sizeIn = (text: Uint8Array): number =>
  parseTreeHead(Buffer.from(text).toString('utf8'), sha256Tree.empty.length)?.size ?? Number.POSITIVE_INFINITY;

const verifierOf = (vkey: string): NoteVerifier | undefined => {
  const key = parseVerifierKey(sha256, vkey);
  if (key?.type !== ED25519) return undefined;
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') } as const;
  return { ...key, verify: (text, signature) => verifyBytes(text, signature, publicJwk) };
};

/**
 * The key that signs this node's heads.
 * @throws LedgerFault `LEDGER_KEY_UNTRUSTED` when neither the trust list nor a key event gives it to this node's log, or it was taken away
 * @throws CryptoError `KEY_INVALID`
 */
export const headSigner = (keys: KeyHistory, node: string, key: PrivateJwk): NoteSigner => {
  const name = originOf(node);
  const signer = signerFromJwk(key, name);
  const publicKey = new Uint8Array(Buffer.from(key.x, 'base64url'));
  const keyId = keyIdOf(sha256, name, ED25519, publicKey);
  const vkey = formatVerifierKey({ name, keyId, type: ED25519, publicKey });
  const trusted = ledgerKeysOf(keys, node).flatMap(({ vkey: known, revoked }) => (revoked === undefined ? known : []));
  if (!trusted.includes(vkey))
    throw new LedgerFault(
      'LEDGER_KEY_UNTRUSTED',
      `the ledger key is not one that signs for ${name}, by the trust list and the key events`,
      {
        expected: trusted.join(' ') || 'a ledger key of the node',
        found: vkey,
      },
    );
  return { name, keyId, sign: (text) => signer.sign(text) };
};
