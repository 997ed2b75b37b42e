import { type PrivateJwk, sha256, signerFromJwk, type TrustList, verifyBytes, witnessNameOf } from '@delta-hub/crypto';
import {
  COSIGNATURE_V1,
  cosignatureVerifier,
  formatVerifierKey,
  keyIdOf,
  type NoteKey,
  type NoteSigner,
  parseVerifierKey,
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

/** Verifies cosignatures of one witness, with its key read once. */
export const cosignerOf = (key: NoteKey) => {
  const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key.publicKey).toString('base64url') } as const;
  return cosignatureVerifier(key, (_, message, signature) => verifyBytes(message, signature, publicJwk));
};

export type Cosigner = ReturnType<typeof cosignerOf>;

const cosigners = new WeakMap<TrustList, ReadonlyMap<string, readonly Cosigner[]>>();

/** The witness keys of each node of a trust list, ready for use. */
export const cosignersOf = (trust: TrustList): ReadonlyMap<string, readonly Cosigner[]> => {
  const known = cosigners.get(trust);
  if (known !== undefined) return known;
  const read = ({ vkey }: { readonly vkey: string }): readonly Cosigner[] => {
    const key = parseVerifierKey(sha256, vkey);
    return key === undefined ? [] : [cosignerOf(key)];
  };
  const byNode = new Map(trust.nodes.map(({ node, witnessKeys }) => [node, witnessKeys.flatMap(read)]));
  cosigners.set(trust, byNode);
  return byNode;
};
