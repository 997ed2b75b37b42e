import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, isCanonicalJson, type JsonValue } from './canonical-json.js';

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21),
);
const text = fc.string({ unit: 'binary' });

const { json } = fc.letrec<{ json: JsonValue }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    number.map((value) => (value === 0 ? 0 : value)),
    text,
    fc.array(tie('json'), { maxLength: 6 }),
    fc.dictionary(text, tie('json'), { maxKeys: 6 }),
  ),
}));

it('writes a text that reads back as the same value, and is its own canonical text', () => {
  fc.assert(
    fc.property(json, (value) => {
      const written = canonicalJson(value);
      expect(JSON.parse(written)).toEqual(value);
      expect(canonicalJson(JSON.parse(written) as JsonValue)).toBe(written);
      expect(isCanonicalJson(written)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('writes the same text whatever the order of members', () => {
  fc.assert(
    fc.property(fc.dictionary(text, json, { maxKeys: 12 }), (members) => {
      const reversed = Object.fromEntries(Object.entries(members).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(members));
    }),
    { numRuns: 200 },
  );
});

it('writes members in the order of their UTF-16 code units', () => {
  const unitsOf = (name: string): number[] => [...Array(name.length).keys()].map((index) => name.charCodeAt(index));
  const before = (a: number[], b: number[]): boolean => {
    const at = a.findIndex((unit, index) => unit !== b[index]);
    return at < 0 ? a.length < b.length : b[at] === undefined ? false : a[at]! < b[at];
  };
  fc.assert(
    fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 12 }), (names) => {
      const written = canonicalJson(Object.fromEntries(names.map((name) => [`n${name}`, 0])));
      const order = [...written.matchAll(/"(n(?:[^"\\]|\\.)*)":0/gs)].map(([, name]) =>
        unitsOf(JSON.parse(`"${name}"`) as string),
      );
      expect(order).toHaveLength(names.length);
      for (const [index, units] of order.slice(1).entries()) expect(before(order[index]!, units)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

it('finds the same texts canonical as writing them again does, also where ECMAScript orders or writes otherwise', () => {
  const name = fc.oneof(text, fc.constantFrom('9', '10', '__proto__', 'a', 'b', '\ud800', '\\ud'));
  const { any } = fc.letrec<{ any: JsonValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, -0, 2 ** 53, 1e21, 1e-7, 0.1),
      fc.oneof(text, fc.constantFrom('\ud800', '\udc00', 'a\ud83d', '\\ud800', '\u2028', '/')),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(name, tie('any'), { maxKeys: 5 }),
    ),
  }));
  const rewritten = (written: string): boolean => {
    try {
      return canonicalJson(JSON.parse(written) as JsonValue) === written;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(any, (value) => {
      const written = JSON.stringify(value);
      expect(isCanonicalJson(written)).toBe(rewritten(written));
    }),
    { numRuns: 2000 },
  );
});
