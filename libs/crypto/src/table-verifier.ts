import sodium from 'sodium-native';
import {
  type Affine,
  basePoint,
  decodePoint,
  littleEndianBytes,
  negative,
  smallOrderBeginnings,
  twoD,
} from './edwards-point.js';
import { CryptoError } from './errors.js';
import { EDWARDS_WASM } from './generated/edwards.js';
import type { SignatureClaim, SignatureSuite, VerifyingKey } from './signature-suite.js';

/** What `libs/crypto/assembly/points.ts` exports. */
interface Edwards {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly claims: { readonly value: number };
  readonly given: { readonly value: number };
  setCurve(): void;
  fillTable(slot: number): void;
  check(count: number): void;
}

/** The layout of a claim there, in bytes. */
const CLAIM = 104;
const H = 64;
const SLOT = 96;
const VERDICT = 100;
const BATCH = 256;

/** So many keys have a table, of half a megabyte; those that come later have none. Slot 0 is the table of B. */
const MAX_KEYS = 16;
/** A table costs as much as some hundred signatures verified without it. */
const WORTH_A_TABLE = 256;

/** An S above this is canonical or not; an honest one is with a chance of 2^-127. */
const HIGH = 0x10;

/**
 * Verifies many Ed25519 signatures of few keys, RFC 8032 section 5.1.7 without the cofactor: R must be the encoding of
 * S B - h A. With tables of the multiples of B and of each -A this is 64 additions of points, where a verifier that
 * has seen no key before needs some 250 doublings besides. Each signature gets a verdict of its own.
 *
 * It can only say yes: a no, what is unusual (a key that is not asked of often, an R of small order, a high S), and of
 * every 256 signatures one more, is decided by `decide`.
 */
export class TableVerifier {
  readonly #keys = new Map<string, { asked: number; slot?: number }>();
  readonly #decide: SignatureSuite['verify'];
  readonly #worth: number;
  #edwards: Edwards | undefined;
  #slots = 1;

  /** A key has a table once more than `worth` of its signatures have been asked about. */
  constructor(decide: SignatureSuite['verify'], worth = WORTH_A_TABLE) {
    this.#decide = decide;
    this.#worth = worth;
  }

  /** @throws CryptoError `VERIFIERS_DISAGREE` */
  verifyEach(claims: readonly SignatureClaim[]): boolean[] {
    const verdicts: boolean[] = [];
    for (let first = 0; first < claims.length; first += BATCH)
      verdicts.push(...this.#verifyBatch(claims.slice(first, first + BATCH)));
    return verdicts;
  }

  #verifyBatch(claims: readonly SignatureClaim[]): boolean[] {
    const slots = claims.map((claim) => (isUsual(claim.signature) ? this.#slotOf(claim.key) : undefined));
    const byTable = this.#byTables(claims, slots);
    return claims.map(({ message, signature, key }, index) => {
      const verdict = byTable[index];
      if (verdict === true && signature[0] !== 0) return true;
      const decided = this.#decide(message, signature, key);
      if (verdict !== undefined && verdict !== decided)
        throw new CryptoError('VERIFIERS_DISAGREE', 'the tables and libsodium disagree about an Ed25519 signature');
      return decided;
    });
  }

  /** Whether each is a signature, where its key has a table. */
  #byTables(claims: readonly SignatureClaim[], slots: readonly (number | undefined)[]): (boolean | undefined)[] {
    const edwards = this.#edwards;
    if (edwards === undefined) return [];
    const bytes = new Uint8Array(edwards.memory.buffer);
    const view = new DataView(edwards.memory.buffer, edwards.claims.value);
    let count = 0;
    const places = claims.map((claim, index) => {
      const slot = slots[index];
      if (slot === undefined) return undefined;
      const place = count++ * CLAIM;
      const at = edwards.claims.value + place;
      bytes.set(claim.signature, at);
      sodium.crypto_core_ed25519_scalar_reduce(bytes.subarray(at + H, at + H + 32), hashOf(claim));
      view.setInt32(place + SLOT, slot, true);
      return place;
    });
    edwards.check(count);
    return places.map((place) => (place === undefined ? undefined : view.getInt32(place + VERDICT, true) === 1));
  }

  /** Where the table of this key is; it gets one once it has been asked of often enough. */
  #slotOf(key: VerifyingKey): number | undefined {
    const name = Buffer.from(key.bytes).toString('latin1');
    let known = this.#keys.get(name);
    if (known === undefined) this.#keys.set(name, (known = { asked: 0 }));
    known.asked++;
    if (known.slot === undefined && known.asked > this.#worth && this.#slots <= MAX_KEYS) {
      known.slot = this.#slots++;
      this.#edwards ??= loadEdwards();
      fillTable(this.#edwards, known.slot, negative(decodePoint(key.bytes)));
    }
    return known.slot;
  }
}

const isUsual = (signature: Uint8Array): boolean =>
  signature.length === 64 &&
  signature[63]! < HIGH &&
  !smallOrderBeginnings.has(new DataView(signature.buffer, signature.byteOffset).getUint32(0, true));

/** SHA-512 of R, A and the message. */
const hashOf = ({ message, signature, key }: SignatureClaim): Uint8Array => {
  const hashed = new Uint8Array(64);
  sodium.crypto_hash_sha512(hashed, Buffer.concat([signature.subarray(0, 32), key.bytes, message]));
  return hashed;
};

const loadEdwards = (): Edwards => {
  const wasm = new WebAssembly.Module(Buffer.from(EDWARDS_WASM, 'base64'));
  const edwards = new WebAssembly.Instance(wasm).exports as unknown as Edwards;
  give(edwards, littleEndianBytes(twoD));
  edwards.setCurve();
  fillTable(edwards, 0, basePoint());
  return edwards;
};

const fillTable = (edwards: Edwards, slot: number, { x, y }: Affine): void => {
  give(edwards, littleEndianBytes(x), littleEndianBytes(y));
  edwards.fillTable(slot);
};

const give = ({ memory, given }: Edwards, ...numbers: readonly Uint8Array[]): void =>
  numbers.forEach((number, index) => new Uint8Array(memory.buffer).set(number, given.value + 32 * index));
