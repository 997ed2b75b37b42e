import { generateKeyPairSync } from 'node:crypto';
import { errors, generalDecrypt, GeneralEncrypt, type GeneralJWE, importJWK } from 'jose';
import { CryptoError } from './errors.js';
import type { Instant } from './instant.js';

/** A public key for X25519 (RFC 8037), raw bytes in base64url. */
export interface PublicEncryptionJwk {
  readonly kty: 'OKP';
  readonly crv: 'X25519';
  readonly x: string;
}

export interface PrivateEncryptionJwk extends PublicEncryptionJwk {
  readonly d: string;
}

/** The key to which messages for one node are encrypted. Never one that signs. */
export interface EncryptionKey {
  /** `<node>/enc/<n>`. */
  readonly kid: string;
  readonly publicJwk: PublicEncryptionJwk;
  readonly validFrom: Instant;
}

const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';

export const generateEncryptionPair = (): PrivateEncryptionJwk =>
  generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' }) as unknown as PrivateEncryptionJwk;

export const publicHalf = ({ kty, crv, x }: PrivateEncryptionJwk): PublicEncryptionJwk => ({ kty, crv, x });

/**
 * A message that only the holders of these keys read: JWE in its general JSON form, one recipient a key (RFC 7516
 * section 7.2.1; ECDH-ES+A256KW over X25519, A256GCM). Every call gives another text.
 * @throws CryptoError `KEY_INVALID`
 */
export const sealMessage = async (message: Uint8Array, keys: readonly EncryptionKey[]): Promise<Uint8Array> => {
  const jwe = new GeneralEncrypt(message).setProtectedHeader({ enc: ENC, typ: 'hub-event+jwe' });
  try {
    for (const { kid, publicJwk } of keys)
      jwe.addRecipient(await importJWK({ ...publicJwk }, ALG)).setUnprotectedHeader({ kid, alg: ALG });
    return Buffer.from(JSON.stringify(await jwe.encrypt()));
  } catch (cause) {
    throw new CryptoError('KEY_INVALID', 'not a key for X25519', { cause });
  }
};

export type Unsealed =
  | { readonly ok: true; readonly message: Uint8Array }
  /** Encrypted to other keys, these. */
  | { readonly ok: false; readonly reason: 'not-addressed'; readonly kids: readonly string[] }
  /** No such message, or changed on the way. */
  | { readonly ok: false; readonly reason: 'invalid' };

/** Opens a sealed message with the node's own key; only the algorithms above. Who wrote it is not said: the message inside is signed. */
export const unsealMessage = async (sealed: Uint8Array, kid: string, key: PrivateEncryptionJwk): Promise<Unsealed> => {
  const jwe = read(sealed);
  if (jwe === undefined) return { ok: false, reason: 'invalid' };
  const recipients = jwe.recipients.filter(({ header }) => header?.['kid'] === kid);
  const kids = jwe.recipients.map(({ header }) => String(header?.['kid']));
  if (recipients.length === 0) return { ok: false, reason: 'not-addressed', kids };
  try {
    const { plaintext } = await generalDecrypt({ ...jwe, recipients }, await importJWK({ ...key }, ALG), {
      keyManagementAlgorithms: [ALG],
      contentEncryptionAlgorithms: [ENC],
    });
    return { ok: true, message: plaintext };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return { ok: false, reason: 'invalid' };
    throw error;
  }
};

const read = (sealed: Uint8Array): GeneralJWE | undefined => {
  try {
    const json = JSON.parse(Buffer.from(sealed).toString('utf8')) as { readonly recipients?: unknown } | null;
    const isList = Array.isArray(json?.recipients) && json.recipients.every((one) => typeof one === 'object' && one);
    return isList ? (json as GeneralJWE) : undefined;
  } catch {
    return undefined;
  }
};
