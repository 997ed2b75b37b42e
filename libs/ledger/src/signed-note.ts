/** Signed notes and verifier keys of https://c2sp.org/signed-note. Hash, signing and verifying functions come in. */
import { fromBase64, toBase64, utf8 } from './encodings.js';
import { type Hash, sameBytes } from './merkle-tree.js';

/** Signature type 0x01: Ed25519 over the note's text. The only one the hub makes; others are carried, not verified. */
export const ED25519 = 0x01;

export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of SHA-256(name || 0x0A || type || public key). */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** Ends with a newline; what is signed is its UTF-8. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export interface NoteKey {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

export interface NoteSigner {
  readonly name: string;
  readonly keyId: Uint8Array;
  sign(text: Uint8Array): Uint8Array;
}

export interface NoteVerifier {
  readonly name: string;
  readonly keyId: Uint8Array;
  verify(text: Uint8Array, signature: Uint8Array): boolean;
}

const KEY_ID_BYTES = 4;
const SIGNATURE_LINE = /^\u2014 (\S+) (\S+)$/;
/** More than any note of ours will carry, and the least that a reader must accept several times over. */
const MOST_SIGNATURES = 64;

/** A key name: not empty, no Unicode space, no plus. */
const isName = (name: string): boolean => name !== '' && !/[\s\u0085+]/u.test(name) && isClean(name);

/** Valid Unicode without control characters below U+0020 other than newline. */
const isClean = (text: string): boolean =>
  // eslint-disable-next-line no-control-regex -- the specification forbids exactly these characters
  text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);

export const keyIdOf = (hash: Hash, name: string, type: number, publicKey: Uint8Array): Uint8Array =>
  hash(Uint8Array.from([...utf8(name), 0x0a, type, ...publicKey])).slice(0, KEY_ID_BYTES);

/** `<name>+<key id in hex>+<base64(type || public key)>` */
export const formatVerifierKey = ({ name, keyId, type, publicKey }: NoteKey): string =>
  `${name}+${hex(keyId)}+${toBase64(Uint8Array.of(type, ...publicKey))}`;

/** Reads a verifier key; undefined when it is malformed or its key id is not that of name, type and key. */
export const parseVerifierKey = (hash: Hash, vkey: string): NoteKey | undefined => {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey) ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isName(name)) return undefined;
  const [type, ...publicKey] = fromBase64(encoded) ?? [];
  if (type === undefined || publicKey.length === 0) return undefined;
  const key = { name, type, publicKey: Uint8Array.from(publicKey) };
  const keyId = keyIdOf(hash, name, type, key.publicKey);
  return hex(keyId) === id ? { ...key, keyId } : undefined;
};

/** @throws RangeError when text or names cannot stand in a note */
export const formatNote = ({ text, signatures }: Note): string => {
  if (!isClean(text) || !text.endsWith('\n'))
    throw new RangeError('the text of a note is clean and ends with a newline');
  const lines = signatures.map(({ name, keyId, signature }) => {
    if (!isName(name)) throw new RangeError(`${JSON.stringify(name)} is not a key name`);
    return `\u2014 ${name} ${toBase64(Uint8Array.of(...keyId, ...signature))}\n`;
  });
  return `${text}\n${lines.join('')}`;
};

/** Signs a text with one key. @throws RangeError when the text cannot stand in a note */
export const signNote = (text: string, signer: NoteSigner): string =>
  formatNote({ text, signatures: [{ name: signer.name, keyId: signer.keyId, signature: signer.sign(utf8(text)) }] });

/** Takes a note apart, nothing verified; undefined when it is malformed. Formatting the result gives the same note. */
export const parseNote = (note: string): Note | undefined => {
  if (!isClean(note)) return undefined;
  const blank = note.lastIndexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(blank + 2, -1).split('\n');
  const signatures = lines.map(parseSignature).filter((signature) => signature !== undefined);
  if (signatures.length < lines.length || lines.length > MOST_SIGNATURES) return undefined;
  return { text: note.slice(0, blank + 1), signatures };
};

const parseSignature = (line: string): NoteSignature | undefined => {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(encoded ?? '');
  if (name === undefined || !isName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
};

export type OpenedNote =
  | { readonly ok: true; readonly text: string; readonly signedBy: readonly NoteVerifier[] }
  | { readonly ok: false; readonly reason: 'MALFORMED' | 'NO_KNOWN_KEY' | 'BAD_SIGNATURE' };

/**
 * Verifies a note and only then gives its text. Signatures of unknown keys are ignored, as the specification demands;
 * one of a known key that does not verify refuses the whole note.
 */
export const openNote = (note: string, verifiers: readonly NoteVerifier[]): OpenedNote => {
  const parsed = parseNote(note);
  if (parsed === undefined) return { ok: false, reason: 'MALFORMED' };
  const signed = utf8(parsed.text);
  const signedBy = new Set<NoteVerifier>();
  for (const { name, keyId, signature } of parsed.signatures) {
    const verifier = verifiers.find((known) => known.name === name && sameBytes(known.keyId, keyId));
    if (verifier === undefined) continue;
    if (!verifier.verify(signed, signature)) return { ok: false, reason: 'BAD_SIGNATURE' };
    signedBy.add(verifier);
  }
  if (signedBy.size === 0) return { ok: false, reason: 'NO_KNOWN_KEY' };
  return { ok: true, text: parsed.text, signedBy: [...signedBy] };
};

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
