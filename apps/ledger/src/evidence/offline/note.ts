import { concat, fromBase64, sameBytes, toBase64, toHex, utf8 } from './encodings.js';
import { isSoundKey } from './ed25519-point.js';
import type { Head } from './merkle.js';
import { type Primitives, verifySignature } from './primitives.js';

/** A verifier key of https://c2sp.org/signed-note: type 1 signs heads, type 4 cosigns them (cosignature/v1). */
export interface Vkey {
  readonly text: string;
  readonly name: string;
  readonly type: number;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

export const LOG_KEY = 1;
export const WITNESS_KEY = 4;

const NAME = /^[!-*,-~]+$/;

/** A vkey in its one form whose key id is that of name, type and key, and whose key is sound. */
export const parseVkey = async ({ sha256 }: Primitives, text: string): Promise<Vkey | undefined> => {
  const [, name = '', id, encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const typed = fromBase64(encoded);
  const type = typed?.[0];
  if (typed?.length !== 33 || type === undefined || !NAME.test(name)) return undefined;
  const keyId = (await sha256(concat(utf8(`${name}\n`), typed))).slice(0, 4);
  const publicKey = typed.slice(1);
  return toHex(keyId) === id && isSoundKey(publicKey) ? { text, name, type, keyId, publicKey } : undefined;
};

interface Line {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A checkpoint of https://c2sp.org/tlog-checkpoint as it stands in a note; nothing is verified yet. */
export interface Checkpoint extends Head {
  readonly origin: string;
  readonly text: string;
  readonly lines: readonly Line[];
}

const HEAD = /^([^\n]+)\n(0|[1-9]\d*)\n([^\n]+)\n$/;
const MOST_SIGNATURES = 64;

export const parseCheckpoint = (note: string): Checkpoint | undefined => {
  const blank = note.indexOf('\n\n');
  if (blank < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, blank + 1);
  const [, origin, digits, encoded = ''] = HEAD.exec(text) ?? [];
  const root = fromBase64(encoded);
  const size = Number(digits);
  const signed = note.slice(blank + 2, -1).split('\n');
  const lines = signed.map(parseLine).filter((line) => line !== undefined);
  if (lines.length < signed.length || lines.length > MOST_SIGNATURES) return undefined;
  if (origin === undefined || root?.length !== 32 || !Number.isSafeInteger(size)) return undefined;
  return { origin, size, root, text, lines };
};

const parseLine = (line: string): Line | undefined => {
  const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length <= 4 || !NAME.test(name)) return undefined;
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) };
};

/** Whether the first line of a note is the log's, and its signature over the text. */
export const isSignedBy = async (
  primitives: Primitives,
  { text, lines }: Checkpoint,
  { name, keyId, publicKey }: Vkey,
): Promise<boolean> => {
  const [line] = lines;
  if (line?.name !== name || !sameBytes(line.keyId, keyId)) return false;
  return verifySignature(primitives, publicKey, utf8(text), line.signature);
};

/** Who cosigned, and when (Unix seconds), by key name; undefined when a line is of no witness, not valid, or there twice. */
export const cosignersOf = async (
  primitives: Primitives,
  { text, lines }: Checkpoint,
  witnesses: readonly Vkey[],
): Promise<ReadonlyMap<string, number> | undefined> => {
  const times = new Map<string, number>();
  for (const { name, keyId, signature } of lines.slice(1)) {
    const witness = witnesses.find((known) => known.name === name && sameBytes(known.keyId, keyId));
    if (witness === undefined || times.has(name) || signature.length !== 72) return undefined;
    const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
    const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
    if (!Number.isSafeInteger(time)) return undefined;
    if (!(await verifySignature(primitives, witness.publicKey, message, signature.subarray(8)))) return undefined;
    times.set(name, time);
  }
  return times;
};

export interface TlogProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
}

/** https://c2sp.org/tlog-proof@v1 in its one form, without extra data. */
export const parseProof = (text: string): TlogProof | undefined => {
  const [, digits, hashes = '', note = ''] =
    /^c2sp\.org\/tlog-proof@v1\nindex (0|[1-9]\d*)\n((?:[^\n]+\n)*)\n([^]*)$/.exec(text) ?? [];
  const index = Number(digits);
  const path = parseHashes(hashes);
  const checkpoint = parseCheckpoint(note);
  if (!Number.isSafeInteger(index) || path === undefined || checkpoint === undefined) return undefined;
  return { index, path, checkpoint };
};

/** Hashes in base64, one a line. No proof in a tree of fewer than 2^53 leaves needs more than 64. */
export const parseHashes = (text: string): readonly Uint8Array[] | undefined => {
  if (text === '') return [];
  const lines = text.split('\n').slice(0, -1);
  const hashes = lines.map(fromBase64).filter((hash) => hash?.length === 32);
  const isWhole = hashes.length === lines.length && hashes.length <= 64;
  return isWhole && hashes.map((hash) => `${toBase64(hash!)}\n`).join('') === text
    ? hashes.map((hash) => hash!)
    : undefined;
};
