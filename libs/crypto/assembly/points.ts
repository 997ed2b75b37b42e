/**
 * Points of edwards25519 (RFC 8032 section 5.1) and the one thing that verifying computes of them: R = S B - h A, for many
 * signatures at once, by tables of the multiples of B and of each -A. In AssemblyScript; `src/table-verifier.ts` loads
 * what tools/generate.mjs compiles of it.
 */
import { add, invert, multiply, NUMBER, read, setSmall, subtract, write } from './field';

/** X, Y, Z, T: the point x = X / Z, y = Y / Z, x y = T / Z, RFC 8032 section 5.1.4. */
const POINT: i32 = 4 * NUMBER;
const Y: i32 = NUMBER;
const Z: i32 = 2 * NUMBER;
const T: i32 = 3 * NUMBER;

/** y + x, y - x, 2 d x y of a point in a table. */
const ENTRY: i32 = 3 * NUMBER;
/** A scalar is 32 digits of 8 bits, each from -128 to 127; a table has the multiples 1 to 128 for each. */
const DIGITS: i32 = 32;
const MULTIPLES: i32 = 128;
const TABLE: i32 = DIGITS * MULTIPLES * ENTRY;

/** At most so many signatures at once. */
const BATCH: i32 = 256;
/** R, S, h, 32 bytes each; the slot of the table of -A; what comes out: 1 when R is the encoding of S B - h A, else 0. */
const CLAIM: i32 = 104;
const S: i32 = 32;
const H: i32 = 64;
const SLOT: i32 = 96;
const VERDICT: i32 = 100;

export const claims: usize = memory.data(BATCH * CLAIM);
/** x and y of a point that comes in, 32 bytes each. */
export const given: usize = memory.data(64);

const sums: usize = memory.data(BATCH * POINT);
const products: usize = memory.data((BATCH + 1) * NUMBER);
const power: usize = memory.data(POINT);
const encoded: usize = memory.data(32);

const twoD: usize = memory.data(NUMBER);
const inverse: usize = memory.data(NUMBER);
const rest: usize = memory.data(NUMBER);
const x: usize = memory.data(NUMBER);
const y: usize = memory.data(NUMBER);

/** The letters of RFC 8032 section 5.1.4. */
const a: usize = memory.data(NUMBER);
const b: usize = memory.data(NUMBER);
const c: usize = memory.data(NUMBER);
const d: usize = memory.data(NUMBER);
const e: usize = memory.data(NUMBER);
const f: usize = memory.data(NUMBER);
const g: usize = memory.data(NUMBER);
const h: usize = memory.data(NUMBER);

/** Takes 2 d of the curve from `given`. */
export function setCurve(): void {
  read(twoD, given);
}

/** Fills a slot with the multiples of the point in `given`. */
export function fillTable(slot: i32): void {
  read(power, given);
  read(power + Y, given + 32);
  setSmall(power + Z, 1);
  multiply(power + T, power, power + Y);
  for (let digit = 0; digit < DIGITS; digit++) {
    memory.copy(sums, power, POINT);
    for (let i = 1; i < MULTIPLES; i++) addPoints(sums + i * POINT, sums + (i - 1) * POINT, power);
    const last = sums + (MULTIPLES - 1) * POINT;
    addPoints(power, last, last);
    beginInverses(MULTIPLES);
    for (let i = MULTIPLES - 1; i >= 0; i--) {
      makeAffine(i);
      const entry = entryOf(slot, digit, i + 1);
      add(entry, y, x);
      subtract(entry + NUMBER, y, x);
      multiply(x, x, y);
      multiply(entry + 2 * NUMBER, x, twoD);
    }
  }
}

/** Gives the first `count` claims their verdicts. S and h are below 2^253; slot 0 is the table of B. */
export function check(count: i32): void {
  for (let i = 0; i < count; i++) {
    const claim = claims + i * CLAIM;
    const sum = sums + i * POINT;
    setSmall(sum, 0);
    setSmall(sum + Y, 1);
    setSmall(sum + Z, 1);
    setSmall(sum + T, 0);
    addMultiple(sum, 0, claim + S);
    addMultiple(sum, load<i32>(claim, SLOT), claim + H);
  }
  beginInverses(count);
  for (let i = count - 1; i >= 0; i--) {
    makeAffine(i);
    write(encoded, x);
    const sign = load<u8>(encoded) << 7;
    write(encoded, y);
    store<u8>(encoded, load<u8>(encoded, 31) | sign, 31);
    const claim = claims + i * CLAIM;
    let same = 1;
    for (let at = 0; at < 32; at += 8) if (load<u64>(encoded + at) != load<u64>(claim + at)) same = 0;
    store<i32>(claim, same, VERDICT);
  }
}

function entryOf(slot: i32, digit: i32, multiple: i32): usize {
  return __heap_base + slot * TABLE + (digit * MULTIPLES + multiple - 1) * ENTRY;
}

/** sum + scalar * the point of this slot. */
function addMultiple(sum: usize, slot: i32, scalar: usize): void {
  let carry = 0;
  for (let i = 0; i < DIGITS; i++) {
    let digit = (load<u8>(scalar + i) as i32) + carry;
    carry = digit >= 128 ? 1 : 0;
    digit -= carry << 8;
    if (digit > 0) addEntry(sum, entryOf(slot, i, digit), false);
    if (digit < 0) addEntry(sum, entryOf(slot, i, -digit), true);
  }
}

/** o + entry, or o - entry: -(x, y) is (-x, y), so its entry is with the first two in each other's place. */
function addEntry(o: usize, entry: usize, negative: bool): void {
  subtract(e, o + Y, o);
  add(f, o + Y, o);
  multiply(a, e, negative ? entry : entry + NUMBER);
  multiply(b, f, negative ? entry + NUMBER : entry);
  multiply(c, o + T, entry + 2 * NUMBER);
  add(d, o + Z, o + Z);
  subtract(negative ? g : f, d, c);
  add(negative ? f : g, d, c);
  finish(o);
}

function addPoints(o: usize, p: usize, q: usize): void {
  subtract(e, p + Y, p);
  subtract(f, q + Y, q);
  multiply(a, e, f);
  add(e, p + Y, p);
  add(f, q + Y, q);
  multiply(b, e, f);
  multiply(e, p + T, q + T);
  multiply(c, e, twoD);
  multiply(e, p + Z, q + Z);
  add(d, e, e);
  subtract(f, d, c);
  add(g, d, c);
  finish(o);
}

function finish(o: usize): void {
  subtract(e, b, a);
  add(h, b, a);
  multiply(o, e, f);
  multiply(o + Y, g, h);
  multiply(o + Z, f, g);
  multiply(o + T, e, h);
}

/** One inversion for all Z of `sums`: each product of those before, and the inverse of the last product. */
function beginInverses(count: i32): void {
  setSmall(products, 1);
  for (let i = 0; i < count; i++) multiply(products + (i + 1) * NUMBER, products + i * NUMBER, sums + i * POINT + Z);
  invert(rest, products + count * NUMBER);
}

/** x and y of a sum. From the last sum to the first, each once. */
function makeAffine(i: i32): void {
  const sum = sums + i * POINT;
  multiply(inverse, rest, products + i * NUMBER);
  multiply(rest, rest, sum + Z);
  multiply(x, sum, inverse);
  multiply(y, sum + Y, inverse);
}
