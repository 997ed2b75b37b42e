import { decodeBase64url, encodeBase64url } from './base64url.js';
import { sha256 } from './digest.js';
import { CryptoError } from './errors.js';
import { publicKeyOf } from './keys.js';
import type { PublicJwk } from './signature-suite.js';

/** A key that signs or cosigns tree heads, in the text form of C2SP signed-note: `<name>+<key id>+<base64 of type and key>`. */
export interface NoteKey {
  readonly name: string;
  /** Four bytes: what a signature line of this key starts with. */
  readonly keyId: Uint8Array;
  readonly publicJwk: PublicJwk;
  readonly type: VkeyType;
}

/** C2SP signed-note: the signature types of Ed25519 keys; a log signs notes (0x01), a witness makes cosignature/v1 (0x04). */
export const VKEY_TYPES = { log: 0x01, witness: 0x04 } as const;

export type VkeyType = (typeof VKEY_TYPES)[keyof typeof VKEY_TYPES];

const isVkeyType = (type: number | undefined): type is VkeyType =>
  type === VKEY_TYPES.log || type === VKEY_TYPES.witness;

/** No spaces and no plus signs, as C2SP signed-note asks; ASCII only, which is our own rule. */
const namePattern = /^[!-*,-~]+$/;

/**
 * The vkey of a public key under a name.
 * @throws CryptoError `KEY_INVALID`
 */
export const vkeyOf = (name: string, publicJwk: PublicJwk, type: VkeyType = VKEY_TYPES.log): string => {
  if (!namePattern.test(name)) return fail('the name has a space, a plus sign or a character beyond ASCII');
  publicKeyOf(publicJwk, 'EdDSA');
  const typed = Buffer.from([type, ...decodeBase64url(publicJwk.x)!]);
  return `${name}+${Buffer.from(keyIdOf(name, typed)).toString('hex')}+${typed.toString('base64')}`;
};

/**
 * Reads a vkey; only its one strict text is taken, and the key id must belong to name and key.
 * @throws CryptoError `KEY_INVALID`
 */
export const parseVkey = (vkey: string): NoteKey => {
  const [name = '', id = '', text = '', ...more] = splitAtPlus(vkey);
  if (more.length > 0 || !namePattern.test(name)) return fail('a vkey is <name>+<key id>+<base64>');
  const typed = Buffer.from(text, 'base64');
  if (typed.toString('base64') !== text || typed.length !== 33) return fail('the key is not 33 bytes in base64');
  const [type] = typed;
  if (!isVkeyType(type)) return fail('the signature type is neither Ed25519 nor its cosignature');
  const keyId = keyIdOf(name, typed);
  if (id !== Buffer.from(keyId).toString('hex')) return fail('the key id does not belong to name and key');
  const publicJwk: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: encodeBase64url(typed.subarray(1)) };
  publicKeyOf(publicJwk, 'EdDSA');
  return { name, keyId, publicJwk, type };
};

/** Base64 may hold plus signs too, so only the first two divide. */
const splitAtPlus = (vkey: string): readonly string[] => {
  const first = vkey.indexOf('+');
  const second = vkey.indexOf('+', first + 1);
  return second < 0 ? [] : [vkey.slice(0, first), vkey.slice(first + 1, second), vkey.slice(second + 1)];
};

const keyIdOf = (name: string, typed: Uint8Array): Uint8Array =>
  sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).slice(0, 4);

const fail = (problem: string): never => {
  throw new CryptoError('KEY_INVALID', `vkey: ${problem}`);
};
