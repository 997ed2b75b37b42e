import { type PrivateJwk, sha256, signerFromJwk, type TrustList, verifyBytes, witnessNameOf } from '@delta-hub/crypto';
import {
  COSIGNATURE_V1,
  cosignatureVerifier,
  formatVerifierKey,
  keyIdOf,
  type NoteKey,
  type NoteSigner,
} from '@delta-hub/ledger';
import { LedgerFault } from '../ledger-fault.js';

/**
 * The key with which a node cosigns the heads of others.
 * @throws LedgerFault `WITNESS_KEY_UNTRUSTED` when the trust list does not name it
 * @throws CryptoError `KEY_INVALID`
 */
export const witnessSigner = (trust: TrustList, node: string, key: PrivateJwk): NoteSigner => {
  const name = witnessNameOf(node);
  const signer = signerFromJwk(key, name);
  const publicKey = new Uint8Array(Buffer.from(key.x, 'base64url'));
  const keyId = keyIdOf(sha256, name, COSIGNATURE_V1, publicKey);
  const vkey = formatVerifierKey({ name, keyId, type: COSIGNATURE_V1, publicKey });
  const trusted = trust.nodes.find((one) => one.node === node)?.witnessKeys.map((one) => one.vkey) ?? [];
  if (!trusted.includes(vkey))
    throw new LedgerFault('WITNESS_KEY_UNTRUSTED', `the witness key is not one that the trust list names for ${name}`, {
      expected: trusted.join(' ') || 'a witness key of the node',
      found: vkey,
    });
  return { name, keyId, sign: (text) => signer.sign(text) };
};

/** Verifies cosignatures of one witness. */
export const cosignerOf = (key: NoteKey) =>
  cosignatureVerifier(key, (publicKey, message, signature) =>
    verifyBytes(message, signature, { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }),
  );
