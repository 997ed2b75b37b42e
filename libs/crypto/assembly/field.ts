/**
 * Arithmetic modulo 2^255 - 19, RFC 8032 section 5.1, in AssemblyScript. A number is ten signed limbs of 32 bits in linear
 * memory, of 26 and 25 bits in turn, the lowest first; a parameter is the address of one. `o` is what is written and may
 * be one of the others. Only public values are computed with, so nothing here hides by its time what it computes.
 */

/** Bytes of a number. */
export const NUMBER: i32 = 40;

function limb(at: usize, index: i32): i64 {
  return load<i32>(at + (index << 2)) as i64;
}

function setLimb(at: usize, index: i32, value: i64): void {
  store<i32>(at + (index << 2), value as i32);
}

/** f + g, where both are products or small: then the sum is a factor for `multiply`. Three products may be summed so. */
export function add(o: usize, f: usize, g: usize): void {
  store<i32>(o, load<i32>(f, 0) + load<i32>(g, 0), 0);
  store<i32>(o, load<i32>(f, 4) + load<i32>(g, 4), 4);
  store<i32>(o, load<i32>(f, 8) + load<i32>(g, 8), 8);
  store<i32>(o, load<i32>(f, 12) + load<i32>(g, 12), 12);
  store<i32>(o, load<i32>(f, 16) + load<i32>(g, 16), 16);
  store<i32>(o, load<i32>(f, 20) + load<i32>(g, 20), 20);
  store<i32>(o, load<i32>(f, 24) + load<i32>(g, 24), 24);
  store<i32>(o, load<i32>(f, 28) + load<i32>(g, 28), 28);
  store<i32>(o, load<i32>(f, 32) + load<i32>(g, 32), 32);
  store<i32>(o, load<i32>(f, 36) + load<i32>(g, 36), 36);
}

/** f - g, as `add`. */
export function subtract(o: usize, f: usize, g: usize): void {
  store<i32>(o, load<i32>(f, 0) - load<i32>(g, 0), 0);
  store<i32>(o, load<i32>(f, 4) - load<i32>(g, 4), 4);
  store<i32>(o, load<i32>(f, 8) - load<i32>(g, 8), 8);
  store<i32>(o, load<i32>(f, 12) - load<i32>(g, 12), 12);
  store<i32>(o, load<i32>(f, 16) - load<i32>(g, 16), 16);
  store<i32>(o, load<i32>(f, 20) - load<i32>(g, 20), 20);
  store<i32>(o, load<i32>(f, 24) - load<i32>(g, 24), 24);
  store<i32>(o, load<i32>(f, 28) - load<i32>(g, 28), 28);
  store<i32>(o, load<i32>(f, 32) - load<i32>(g, 32), 32);
  store<i32>(o, load<i32>(f, 36) - load<i32>(g, 36), 36);
}

/** f * g, their limbs below 1.6 * 2^26; the limbs of the product are below 1.01 * 2^25 and 2^24 in turn. */
export function multiply(o: usize, f: usize, g: usize): void {
  const f0 = limb(f, 0);
  const f1 = limb(f, 1);
  const f2 = limb(f, 2);
  const f3 = limb(f, 3);
  const f4 = limb(f, 4);
  const f5 = limb(f, 5);
  const f6 = limb(f, 6);
  const f7 = limb(f, 7);
  const f8 = limb(f, 8);
  const f9 = limb(f, 9);
  const g0 = limb(g, 0);
  const g1 = limb(g, 1);
  const g2 = limb(g, 2);
  const g3 = limb(g, 3);
  const g4 = limb(g, 4);
  const g5 = limb(g, 5);
  const g6 = limb(g, 6);
  const g7 = limb(g, 7);
  const g8 = limb(g, 8);
  const g9 = limb(g, 9);
  // 2^255 = 19, and two limbs of 25 bits have between them a bit that is in neither.
  const d1 = f1 << 1;
  const d3 = f3 << 1;
  const d5 = f5 << 1;
  const d7 = f7 << 1;
  const d9 = f9 << 1;
  const n1 = 19 * g1;
  const n2 = 19 * g2;
  const n3 = 19 * g3;
  const n4 = 19 * g4;
  const n5 = 19 * g5;
  const n6 = 19 * g6;
  const n7 = 19 * g7;
  const n8 = 19 * g8;
  const n9 = 19 * g9;
  let h0 = f0 * g0 + d1 * n9 + f2 * n8 + d3 * n7 + f4 * n6 + d5 * n5 + f6 * n4 + d7 * n3 + f8 * n2 + d9 * n1;
  let h1 = f0 * g1 + f1 * g0 + f2 * n9 + f3 * n8 + f4 * n7 + f5 * n6 + f6 * n5 + f7 * n4 + f8 * n3 + f9 * n2;
  let h2 = f0 * g2 + d1 * g1 + f2 * g0 + d3 * n9 + f4 * n8 + d5 * n7 + f6 * n6 + d7 * n5 + f8 * n4 + d9 * n3;
  let h3 = f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + f4 * n9 + f5 * n8 + f6 * n7 + f7 * n6 + f8 * n5 + f9 * n4;
  let h4 = f0 * g4 + d1 * g3 + f2 * g2 + d3 * g1 + f4 * g0 + d5 * n9 + f6 * n8 + d7 * n7 + f8 * n6 + d9 * n5;
  let h5 = f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0 + f6 * n9 + f7 * n8 + f8 * n7 + f9 * n6;
  let h6 = f0 * g6 + d1 * g5 + f2 * g4 + d3 * g3 + f4 * g2 + d5 * g1 + f6 * g0 + d7 * n9 + f8 * n8 + d9 * n7;
  let h7 = f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0 + f8 * n9 + f9 * n8;
  let h8 = f0 * g8 + d1 * g7 + f2 * g6 + d3 * g5 + f4 * g4 + d5 * g3 + f6 * g2 + d7 * g1 + f8 * g0 + d9 * n9;
  let h9 = f0 * g9 + f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1 + f9 * g0;
  let carry: i64;
  carry = (h0 + (1 << 25)) >> 26;
  h0 -= carry << 26;
  h1 += carry;
  carry = (h4 + (1 << 25)) >> 26;
  h4 -= carry << 26;
  h5 += carry;
  carry = (h1 + (1 << 24)) >> 25;
  h1 -= carry << 25;
  h2 += carry;
  carry = (h5 + (1 << 24)) >> 25;
  h5 -= carry << 25;
  h6 += carry;
  carry = (h2 + (1 << 25)) >> 26;
  h2 -= carry << 26;
  h3 += carry;
  carry = (h6 + (1 << 25)) >> 26;
  h6 -= carry << 26;
  h7 += carry;
  carry = (h3 + (1 << 24)) >> 25;
  h3 -= carry << 25;
  h4 += carry;
  carry = (h7 + (1 << 24)) >> 25;
  h7 -= carry << 25;
  h8 += carry;
  carry = (h4 + (1 << 25)) >> 26;
  h4 -= carry << 26;
  h5 += carry;
  carry = (h8 + (1 << 25)) >> 26;
  h8 -= carry << 26;
  h9 += carry;
  carry = (h9 + (1 << 24)) >> 25;
  h9 -= carry << 25;
  h0 += 19 * carry;
  carry = (h0 + (1 << 25)) >> 26;
  h0 -= carry << 26;
  h1 += carry;
  setLimb(o, 0, h0);
  setLimb(o, 1, h1);
  setLimb(o, 2, h2);
  setLimb(o, 3, h3);
  setLimb(o, 4, h4);
  setLimb(o, 5, h5);
  setLimb(o, 6, h6);
  setLimb(o, 7, h7);
  setLimb(o, 8, h8);
  setLimb(o, 9, h9);
}

export function setSmall(o: usize, value: i32): void {
  memory.fill(o, 0, NUMBER);
  store<i32>(o, value);
}

/** f to the power 2^times. */
function square(o: usize, f: usize, times: i32): void {
  multiply(o, f, f);
  for (let i = 1; i < times; i++) multiply(o, o, o);
}

const p1: usize = memory.data(NUMBER);
const p5: usize = memory.data(NUMBER);
const p10: usize = memory.data(NUMBER);
const p50: usize = memory.data(NUMBER);
const p: usize = memory.data(NUMBER);

/** 1 / f, which is f^(2^255 - 21); 0 of 0. `pN` is f^(2^N - 1). */
export function invert(o: usize, f: usize): void {
  square(p1, f, 1);
  square(p, p1, 2);
  multiply(p, p, f);
  multiply(p1, p, p1);
  square(p5, p1, 1);
  multiply(p5, p5, p); // p1 is f^11, p is f^9
  square(p10, p5, 5);
  multiply(p10, p10, p5);
  square(p, p10, 10);
  multiply(p, p, p10);
  square(p50, p, 20);
  multiply(p, p50, p);
  square(p, p, 10);
  multiply(p50, p, p10);
  square(p, p50, 50);
  multiply(p, p, p50);
  square(p10, p, 100);
  multiply(p, p10, p);
  square(p, p, 50);
  multiply(p, p, p50);
  square(p, p, 5);
  multiply(o, p, p1);
}

/** Where a limb begins, in bits of the number. */
function firstBit(index: i32): i32 {
  return (51 * index + 1) >> 1;
}

/** The lower 255 bits of 32 bytes, little-endian. */
export function read(o: usize, bytes: usize): void {
  for (let i = 0; i < 10; i++) {
    const first = firstBit(i);
    const bits = load<u32>(bytes + (first >> 3)) >> (first & 7);
    store<i32>(o + (i << 2), bits & ((1 << (firstBit(i + 1) - first)) - 1));
  }
}

/** The one encoding of a product: 32 bytes, below 2^255 - 19, little-endian. */
export function write(bytes: usize, f: usize): void {
  // How often 2^255 - 19 must be taken away; then that is done, and the carries with it.
  let carry = (19 * limb(f, 9) + (1 << 24)) >> 25;
  for (let i = 0; i < 10; i++) carry = (limb(f, i) + carry) >> (26 - (i & 1));
  carry *= 19;
  let word: u64 = 0;
  for (let i = 0; i < 10; i++) {
    const width = 26 - (i & 1);
    const sum = limb(f, i) + carry;
    carry = sum >> width;
    const value = (sum - (carry << width)) as u64;
    const first = firstBit(i) & 63;
    word |= value << first;
    if (first + width < 64 && i < 9) continue;
    store<u64>(bytes + ((firstBit(i) >> 6) << 3), word);
    word = first + width > 64 ? value >> (64 - first) : 0;
  }
}
