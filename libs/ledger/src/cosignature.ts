/** Cosignatures of https://c2sp.org/tlog-cosignature, version 1: what a witness says of a checkpoint, and when. */
import { utf8 } from './encodings.js';
import {
  formatNote,
  type NoteKey,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  parseNote,
} from './signed-note.js';
import { sameBytes } from './merkle-tree.js';

/** Signature type 0x04: Ed25519 over the time and the note's text. */
export const COSIGNATURE_V1 = 0x04;

const TIME_BYTES = 8;
const SIGNATURE_BYTES = 64;

export interface Cosignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  /** Unix seconds. */
  readonly time: number;
  readonly signature: Uint8Array;
}

export const cosignatureMessage = (timeSeconds: number, noteText: string): Uint8Array =>
  utf8(`${header(timeSeconds)}${noteText}`);

const header = (timeSeconds: number): string => `cosignature/v1\ntime ${timeSeconds}\n`;

/** @throws RangeError when the time is not a positive whole number */
export const cosign = (noteText: string, time: number, signer: NoteSigner): NoteSignature => {
  if (!Number.isSafeInteger(time) || time <= 0) throw new RangeError(`${time} is not a time in Unix seconds`);
  const signature = new Uint8Array(TIME_BYTES + SIGNATURE_BYTES);
  new DataView(signature.buffer).setBigUint64(0, BigInt(time));
  signature.set(signer.sign(cosignatureMessage(time, noteText)), TIME_BYTES);
  return { name: signer.name, keyId: signer.keyId, signature };
};

/** Takes a cosignature line apart, nothing verified; undefined when it has another form. */
export const readCosignature = ({ name, keyId, signature }: NoteSignature): Cosignature | undefined => {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined;
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(time) || time === 0) return undefined;
  return { name, keyId, time, signature: signature.slice(TIME_BYTES) };
};

export const cosignatureVerifier = (
  key: NoteKey,
  verifyBytes: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
): NoteVerifier & { timeOf(signature: Uint8Array): number } => {
  const read = (signature: Uint8Array): Cosignature | undefined => readCosignature({ ...key, signature });
  return {
    name: key.name,
    keyId: key.keyId,
    verify: (text, signature) => {
      const cosignature = read(signature);
      if (cosignature === undefined) return false;
      const message = Uint8Array.from([...utf8(header(cosignature.time)), ...text]);
      return verifyBytes(key.publicKey, message, cosignature.signature);
    },
    timeOf: (signature) => read(signature)?.time ?? 0,
  };
};

/** A note with more signatures, each line once. @throws RangeError when it is no note */
export const addSignatures = (note: string, signatures: readonly NoteSignature[]): string => {
  const parsed = parseNote(note);
  if (parsed === undefined) throw new RangeError('not a signed note');
  const all: NoteSignature[] = [];
  for (const one of [...parsed.signatures, ...signatures])
    if (
      !all.some(
        ({ name, keyId, signature }) =>
          name === one.name && sameBytes(keyId, one.keyId) && sameBytes(signature, one.signature),
      )
    )
      all.push(one);
  return formatNote({ text: parsed.text, signatures: all });
};
